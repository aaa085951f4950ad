package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// report collects the figures and the targets that they meet or miss.
type report struct {
	text   strings.Builder // cells that end with a tab, to be aligned
	missed int
}

// section begins a table.
func (r *report) section(title string) {
	fmt.Fprintf(&r.text, "\n%s\n", title)
}

// usages prints what each contender cost, in the order given.
func (r *report) usages(size int64, contenders []contender, medians map[string]usage) {
	fmt.Fprintln(&r.text, "program\tCPU s\tCPU s/GB\twall s\tMB/s\tpeak MiB")
	for _, c := range contenders {
		u := medians[c.name]
		fmt.Fprintf(&r.text, "%s\t%.2f\t%.2f\t%.2f\t%.0f\t%.0f\n", c.name, u.cpu.Seconds(), u.cpu.Seconds()*1e9/float64(size),
			u.wall.Seconds(), float64(size)/1e6/u.wall.Seconds(), mebibytes(u.peak))
	}
}

// times prints what each contender cost where that is little.
func (r *report) times(contenders []contender, medians map[string]usage) {
	fmt.Fprintln(&r.text, "program\tCPU ms\twall ms\tpeak MiB")
	for _, c := range contenders {
		u := medians[c.name]
		fmt.Fprintf(&r.text, "%s\t%.1f\t%.1f\t%.0f\n", c.name, u.cpu.Seconds()*1e3, u.wall.Seconds()*1e3, mebibytes(u.peak))
	}
}

// note prints a figure that has no target.
func (r *report) note(what string, got float64) {
	fmt.Fprintf(&r.text, "%s\t%.3f\t\t\n", what, got)
}

// atMost judges a figure that should be small.
func (r *report) atMost(what string, got, limit float64) {
	r.judge(what, got, "<=", limit, got <= limit)
}

// atLeast judges a figure that should be large.
func (r *report) atLeast(what string, got, limit float64) {
	r.judge(what, got, ">=", limit, got >= limit)
}

func (r *report) judge(what string, got float64, relation string, limit float64, ok bool) {
	verdict := "ok"
	if !ok {
		verdict = "MISS"
		r.missed++
	}
	fmt.Fprintf(&r.text, "%s\t%.3f\t%s %.2f\t%s\n", what, got, relation, limit, verdict)
}

// flush prints what was collected since the last time.
func (r *report) flush(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, err := io.WriteString(table, r.text.String())
	r.text.Reset()
	return errors.Join(err, table.Flush())
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
