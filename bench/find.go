package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"firn/bench/internal/lab"
)

// findMemoryLimit is what finding archives may take at its peak, in MiB.
const findMemoryLimit = 64

// search is one way to find archives.
type search struct {
	kind  string // as the command bare calls it
	text  string // for bare
	glob  string // that says the same to firn list
	times int    // how often it is measured in each round: more of what is short
}

// searches are what is looked for: the texts are of the archive number 12,345 in
// an inventory of the laboratory, or of the last if there are fewer.
func (b *bench) searches() []search {
	label := lab.Description(min(12_345, b.archives-1))
	elements := strings.SplitAfter(label, "/")
	prefix := strings.Join(elements[:len(elements)-2], "") + "00"
	inside := elements[len(elements)-2] + "vol"
	return []search{
		{"exact", label, label, 20},
		{"prefix", prefix, prefix + "**/*", 20},
		{"substring", inside, "**/" + inside + "*", 1},
	}
}

// The contenders of a search.
const (
	bareQuery  = "bare query"
	firnStart  = "firn version"
	firnSearch = "firn list"
)

// find compares `firn list VAULT GLOB` with a bare query of the same catalog. It
// is the wall time that somebody waits, from the start of the process. That start
// takes firn longer than a short query, as its binary has much more in it; what it
// takes is measured by a command that does nothing.
func (b *bench) find(ctx context.Context, r *report) error {
	home, err := b.catalogued(ctx)
	if err != nil {
		return err
	}
	for _, s := range b.searches() {
		if err := b.search(ctx, r, home, s); err != nil {
			return fmt.Errorf("%s: %w", s.kind, err)
		}
	}
	return nil
}

func (b *bench) search(ctx context.Context, r *report, home lab.Firn, s search) error {
	catalog := filepath.Join(home.Home, "catalog.db")
	bare := func() *exec.Cmd {
		return exec.CommandContext(ctx, filepath.Join(b.bin, "bare"), catalog, s.kind, s.text)
	}
	list := func() *exec.Cmd { return home.Command(ctx, "list", lab.UnaskedVault(vault), s.glob, "--json") }
	rows, err := agree(bare(), list())
	if err != nil {
		return err
	}
	contenders := []contender{
		{bareQuery, func(context.Context) (usage, error) { return measure(bare()) }},
		{firnStart, func(ctx context.Context) (usage, error) { return measure(home.Command(ctx, "version")) }},
		{firnSearch, func(context.Context) (usage, error) { return measure(list()) }},
	}
	if _, err := lab.Warm(catalog); err != nil {
		return err
	}
	stillWarm := func() error { return nil }
	medians, err := interleave(ctx, b.rounds*s.times, stillWarm, contenders)
	if err != nil {
		return err
	}
	r.section(fmt.Sprintf("%s: %q finds %d of %d archives, medians of %d rounds", s.kind, s.glob, rows, b.archives, b.rounds*s.times))
	r.times(contenders, medians)
	r.section("targets")
	found, query := medians[firnSearch], medians[bareQuery]
	if s.kind == "substring" {
		r.atMost("P11 substring: wall / bare query", ratio(found.wall, query.wall), 1.2)
	} else {
		r.note(s.kind+": wall / bare query", ratio(found.wall, query.wall))
		r.atMost("P11 "+s.kind+": wall / (2 x bare query + start of firn)", ratio(found.wall, 2*query.wall+medians[firnStart].wall), 1)
	}
	r.atMost("P11 "+s.kind+": peak memory, MiB", mebibytes(found.peak), findMemoryLimit)
	return nil
}

// catalogued returns firn with a catalog of very many archives.
func (b *bench) catalogued(ctx context.Context) (lab.Firn, error) {
	home, err := b.home()
	if err != nil {
		return home, err
	}
	inventory := filepath.Join(b.work, "inventory.json")
	fmt.Fprintf(os.Stderr, "making a catalog of %d archives\n", b.archives)
	if _, err := lab.Inventory(inventory, vault, b.archives); err != nil {
		return home, err
	}
	return home, errors.Join(lab.Run(home.Import(ctx, vault, inventory)), os.Remove(inventory))
}

// agree returns how many archives both commands find, a line for each.
func agree(bare, list *exec.Cmd) (rows int, err error) {
	count := func(cmd *exec.Cmd) int {
		said, failed := lab.Output(cmd)
		err = errors.Join(err, failed)
		return strings.Count(said, "\n")
	}
	want, got := count(bare), count(list)
	if err == nil && (want != got || want == 0) {
		err = fmt.Errorf("the bare query finds %d archives, and firn %d", want, got)
	}
	return want, err
}
