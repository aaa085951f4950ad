package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// table is a title and rows of cells.
type table struct {
	title   string
	columns []string
	rows    [][]string // a row of one cell is a heading
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// group adds a heading for the following rows.
func (t *table) group(heading string) { t.rows = append(t.rows, []string{heading}) }

// numeric reports for each column whether all its cells are numbers.
func (t *table) numeric() []bool {
	all := make([]bool, len(t.columns))
	for i := range all {
		all[i] = true
		for _, row := range t.rows {
			if len(row) == len(all) {
				_, err := strconv.ParseFloat(row[i], 64)
				all[i] = all[i] && err == nil
			}
		}
	}
	return all
}

// text writes a table for a terminal, with numbers aligned to the right.
func text(w io.Writer, t *table) error {
	widths, numeric := make([]int, len(t.columns)), t.numeric()
	for _, row := range append([][]string{t.columns}, t.rows...) {
		for i, cell := range row {
			if len(row) == len(widths) {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
	}
	line := func(cells []string) string {
		var out strings.Builder
		for i, cell := range cells {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if numeric[i] {
				cell, gap = gap+cell, ""
			}
			out.WriteString("  " + cell + gap)
		}
		return strings.TrimRight(out.String(), " ") + "\n"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "\n%s\n%s\n\n%s", t.title, strings.Repeat("=", utf8.RuneCountInString(t.title)), line(t.columns))
	for _, row := range t.rows {
		if len(row) == len(widths) {
			out.WriteString(line(row))
		} else {
			out.WriteString("\n" + row[0] + "\n")
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// markdown writes a table for a document.
func markdown(w io.Writer, t *table) error {
	line := func(cells []string) string {
		for i, cell := range cells {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		return "| " + strings.Join(cells, " | ") + " |\n"
	}
	rule := make([]string, 0, len(t.columns))
	for _, numeric := range t.numeric() {
		rule = append(rule, map[bool]string{true: "--:", false: "---"}[numeric])
	}
	var out strings.Builder
	fmt.Fprintf(&out, "\n### %s\n\n%s%s", t.title, line(t.columns), line(rule))
	for _, row := range t.rows {
		if len(row) < len(rule) {
			row = append([]string{"**" + row[0] + "**"}, make([]string, len(rule)-1)...)
		}
		out.WriteString(line(row))
	}
	_, err := io.WriteString(w, out.String())
	return err
}
