package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// report collects figures and targets.
type report struct {
	machine *table
	main    *table   // programs that move a file; nil if they were not measured
	tables  []*table // the other tables
	targets []aim
}

// aim is a figure and its target.
type aim struct {
	number  int // P1 to P13 of the targets; 0: no number
	what    string
	figure  float64
	bound   string
	reached bool
}

// table adds a table with these columns.
func (r *report) table(title string, columns ...string) *table {
	t := &table{title: title, columns: columns}
	r.tables = append(r.tables, t)
	return t
}

// usages adds a table of the costs of the contenders of each group: medians, and their
// ratio to the costs of the group's base in the same rounds.
func (r *report) usages(title string, groups ...*group) {
	r.tables = append(r.tables, usages(title, groups...))
}

func usages(title string, groups ...*group) *table {
	t := &table{title: title, columns: []string{"program", "n", "CPU s/GB", "x firn", "wall s", "x firn", "MB/s", "peak MiB"}}
	for _, g := range groups {
		t.group(g.title)
		for _, c := range g.contenders {
			u := g.of(c.name)
			t.add(c.name, strconv.Itoa(len(c.runs)),
				fmt.Sprintf("%.3f", perGB(u, g.size)), fmt.Sprintf("%.2f", g.cpu(c.name, g.base)),
				seconds(u.wall), fmt.Sprintf("%.2f", g.wall(c.name, g.base)),
				fmt.Sprintf("%.0f", float64(g.size)/1e6/u.wall.Seconds()), fmt.Sprintf("%.0f", mebibytes(u.peak)))
		}
	}
	return t
}

// atMost adds a target: figure must not be larger than limit.
func (r *report) atMost(number int, what string, figure, limit float64) {
	r.targets = append(r.targets, aim{number, what, figure, fmt.Sprintf("<= %.2f", limit), figure <= limit})
}

// atLeast adds a target: figure must not be smaller than limit.
func (r *report) atLeast(number int, what string, figure, limit float64) {
	r.targets = append(r.targets, aim{number, what, figure, fmt.Sprintf(">= %.2f", limit), figure >= limit})
}

// missed returns the number of missed targets.
func (r *report) missed() (n int) {
	for _, t := range r.targets {
		if !t.reached {
			n++
		}
	}
	return n
}

// judged returns the table of targets, in the order of their numbers.
func (r *report) judged() *table {
	t := &table{title: "Targets", columns: []string{"number", "what", "figure", "target", "reached"}}
	order := func(number int) int { return cmp.Or(number, 1000) }
	for _, one := range slices.SortedStableFunc(slices.Values(r.targets), func(a, b aim) int {
		return order(a.number) - order(b.number)
	}) {
		name, verdict := "-", "ok"
		if one.number > 0 {
			name = fmt.Sprintf("P%d", one.number)
		}
		if !one.reached {
			verdict = "MISS"
		}
		t.add(name, one.what, fmt.Sprintf("%.3f", one.figure), one.bound, verdict)
	}
	return t
}

// print writes the whole report in one of the two formats: the machine, the programs that
// move a file, the targets, and the other tables.
func (r *report) print(w io.Writer, form func(io.Writer, *table) error) error {
	all := []*table{r.machine}
	if r.main != nil {
		all = append(all, r.main)
	}
	if len(r.targets) > 0 {
		all = append(all, r.judged())
	}
	all = append(all, r.tables...)
	for _, t := range all {
		if err := form(w, t); err != nil {
			return err
		}
	}
	return nil
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// perGB returns CPU seconds per 10^9 bytes.
func perGB(u usage, size int64) float64 { return u.cpu.Seconds() * 1e9 / float64(size) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1e3) }

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
