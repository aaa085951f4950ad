package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

// part is one comparison of the benchmark. It has either groups for the common table of
// programs that move a file, which are measured in the same rounds, or a measurement of its
// own.
type part struct {
	name   string
	groups func(context.Context) ([]*group, error)
	alone  func(context.Context, *report) error
}

func (b *bench) parts() []part {
	return []part{
		{name: "upload", groups: b.uploads},
		{name: "download", groups: b.downloads},
		{name: "s3", groups: b.buckets},
		{name: "gateway", groups: b.gateway},
		{name: "memory", alone: b.memory},
		{name: "latency", alone: b.latency},
		{name: "faults", alone: b.faults},
		{name: "hash", alone: b.hash},
		{name: "server", alone: b.server},
		{name: "find", alone: b.find},
		{name: "server1m", alone: b.scale},
		{name: "small", alone: b.smallFiles},
		{name: "backup", alone: b.backups},
	}
}

func (b *bench) names() (names []string) {
	for _, p := range b.parts() {
		names = append(names, p.name)
	}
	return names
}

// choose returns the parts with these names, separated by commas; all parts if names is
// empty.
func (b *bench) choose(names string) ([]part, error) {
	if names == "" {
		return b.parts(), nil
	}
	var chosen []part
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(b.parts(), func(p part) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no part %q; there are %s", name, strings.Join(b.names(), ", "))
		}
		chosen = append(chosen, b.parts()[i])
	}
	return chosen, nil
}

// run measures the parts, those for the common table first.
func (b *bench) run(ctx context.Context, dir string, chosen []part, r *report) error {
	if err := b.within(dir, func() error { return b.together(ctx, chosen, r) }); err != nil {
		return err
	}
	for _, p := range chosen {
		if p.alone == nil {
			continue
		}
		fmt.Fprintln(os.Stderr, p.name)
		if err := b.within(dir, func() error { return p.alone(ctx, r) }); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// together measures all programs that move a file in interleaved rounds.
func (b *bench) together(ctx context.Context, chosen []part, r *report) error {
	var groups []*group
	for _, p := range chosen {
		if p.groups == nil {
			continue
		}
		more, err := p.groups(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		groups = append(groups, more...)
	}
	if len(groups) == 0 {
		return nil
	}
	if err := interleave(ctx, b.rounds, groups...); err != nil {
		return err
	}
	r.main = usages("Programs that move a file", groups...)
	for _, g := range groups {
		if g.judge != nil {
			g.judge(g, r)
		}
	}
	return nil
}
