package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"firn/internal/bench/internal/lab"
)

// findMemoryLimit is the largest peak memory of finding archives, in MiB.
const findMemoryLimit = 64

// search is one way to find archives.
type search struct {
	kind  string // name of the search for the command bare
	text  string // argument for bare
	glob  string // pattern with the same result for firn list
	times int    // number of measurements per round: more for short searches
}

// searches returns the searches. The texts belong to archive number 12,345 of an inventory
// of the lab, or to the last one if there are fewer.
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

// find compares `firn list VAULT GLOB` with a plain query of the same catalog. It compares
// the wall time including the start of the process. Starting firn takes longer than a short
// query, because its binary is larger; a command that does nothing measures that.
func (b *bench) find(ctx context.Context, r *report) error {
	home, err := b.catalogued(ctx)
	if err != nil {
		return err
	}
	rows := r.table(fmt.Sprintf("Finding among %d archives", b.archives), "program", "n", "CPU ms", "wall ms", "peak MiB")
	highest := int64(0)
	for _, s := range b.searches() {
		g, found, err := b.search(ctx, home, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.kind, err)
		}
		rows.group(fmt.Sprintf("%s: %q finds %d", s.kind, s.glob, found))
		for _, c := range g.contenders {
			u := g.of(c.name)
			rows.add(c.name, strconv.Itoa(len(c.runs)), milliseconds(u.cpu), milliseconds(u.wall), fmt.Sprintf("%.1f", mebibytes(u.peak)))
		}
		list, query := g.of(firnSearch), g.of(bareQuery)
		highest = max(highest, list.peak)
		if s.kind == "substring" {
			r.atMost(11, "find by substring: wall / bare query", ratio(list.wall, query.wall), 1.2)
		} else {
			r.atMost(11, "find "+s.kind+": wall / (2 x bare query + start of firn)", ratio(list.wall, 2*query.wall+g.of(firnStart).wall), 1)
		}
	}
	r.atMost(11, "find: peak memory, MiB", mebibytes(highest), findMemoryLimit)
	return nil
}

// search measures one search, and returns the number of archives that it finds.
func (b *bench) search(ctx context.Context, home lab.Firn, s search) (g *group, found int, err error) {
	catalog := filepath.Join(home.Home, "catalog.db")
	bare := func(ctx context.Context) *exec.Cmd {
		return exec.CommandContext(ctx, b.tool("bare"), catalog, s.kind, s.text)
	}
	list := func(ctx context.Context) *exec.Cmd {
		return home.Command(ctx, "list", lab.UnaskedVault(vault), s.glob, "--json")
	}
	if found, err = agree(bare(ctx), list(ctx)); err != nil {
		return nil, 0, err
	}
	g = &group{
		title:   s.kind,
		quick:   true,
		prepare: func() error { return nil }, // the catalog was just read
		contenders: []*contender{
			program(bareQuery, bare),
			program(firnStart, func(ctx context.Context) *exec.Cmd { return home.Command(ctx, "version") }),
			program(firnSearch, list),
		},
	}
	if err := warm(catalog); err != nil {
		return nil, 0, err
	}
	return g, found, interleave(ctx, b.rounds*s.times, g)
}

// catalogued returns firn with a very large catalog.
func (b *bench) catalogued(ctx context.Context) (lab.Firn, error) {
	home := b.home()
	inventory := filepath.Join(b.work, "inventory.json")
	fmt.Fprintf(os.Stderr, "making a catalog of %d archives\n", b.archives)
	if _, err := lab.Inventory(inventory, vault, b.archives); err != nil {
		return home, err
	}
	return home, errors.Join(lab.Run(home.Import(ctx, vault, inventory)), os.Remove(inventory))
}

// agree returns the number of archives that both commands find, one per line of output.
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
