package term

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Rows is a table for people: columns, no lines, nothing but text. However many
// rows it gets, it holds only the first of them: they decide how wide the columns
// are, and what a later row has more of it runs over.
type Rows struct {
	out    *Printer
	align  []text.Align // of each column
	widths []int        // of each column, in columns of the terminal
	held   [][]string   // the titles and the first rows; nil once they are printed
	cut    int          // columns of a line; 0: any number
}

// measured are the lines of a table that decide how wide its columns are.
const measured = 1000

// NewRows begins a table. Columns whose title begins with > are set to the right.
// Unless it is to be shown in full, its lines are cut where a terminal ends: what
// matters most stands to the left.
func NewRows(out *Printer, full bool, titles ...string) *Rows {
	r := &Rows{out: out, align: make([]text.Align, len(titles)), widths: make([]int, len(titles))}
	if !full {
		r.cut = out.Width()
	}
	for i, title := range titles {
		if strings.HasPrefix(title, ">") {
			titles[i], r.align[i] = title[1:], text.AlignRight
		}
	}
	r.hold(titles)
	return r
}

// Add appends a row. Cells may come from outside.
func (r *Rows) Add(cells ...string) {
	for i, cell := range cells {
		cells[i] = Show(cell)
	}
	if r.held == nil {
		r.print(cells)
		return
	}
	if r.hold(cells); len(r.held) > measured {
		r.release()
	}
}

// End prints what is still held. A table without rows is nothing at all.
func (r *Rows) End() {
	if len(r.held) > 1 {
		r.release()
	}
}

func (r *Rows) hold(cells []string) {
	r.held = append(r.held, cells)
	for i, cell := range cells {
		r.widths[i] = max(r.widths[i], text.StringWidthWithoutEscSequences(cell))
	}
}

func (r *Rows) release() {
	for _, cells := range r.held {
		r.print(cells)
	}
	r.held = nil
}

func (r *Rows) print(cells []string) {
	var line strings.Builder
	for i, cell := range cells {
		line.WriteString(r.align[i].Apply(cell, r.widths[i]))
		line.WriteString("  ")
	}
	r.out.Line("%s", text.Snip(strings.TrimRight(line.String(), " "), r.cut, "..."))
}

// Joined joins the words that are not empty.
func Joined(by string, words ...string) string {
	var there []string
	for _, w := range words {
		if w != "" {
			there = append(there, w)
		}
	}
	return strings.Join(there, by)
}

// Cut shortens a line of ASCII to width columns.
func Cut(line string, width int) string {
	switch {
	case len(line) <= width:
		return line
	case width <= len(LeftOut):
		return line[:max(0, width)]
	}
	return line[:width-len(LeftOut)] + LeftOut
}

// LeftOut stands for what was left out.
const LeftOut = "..."
