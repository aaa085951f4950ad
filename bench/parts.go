package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// part is one comparison of the benchmark.
type part struct {
	name string
	run  func(context.Context, *report) error
}

func (b *bench) parts() []part {
	return []part{
		{"upload", b.cost},
		{"memory", b.memory},
		{"latency", b.latency},
		{"faults", b.faults},
		{"download", b.download},
		{"s3", b.s3Bucket},
		{"find", b.find},
		{"server1m", b.scale},
	}
}

func (b *bench) names() (names []string) {
	for _, p := range b.parts() {
		names = append(names, p.name)
	}
	return names
}

// choose returns the parts that are named, with commas between; all for none.
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
