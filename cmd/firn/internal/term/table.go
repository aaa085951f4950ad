package term

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Table prints columns of text, without lines. It holds only the first rows, however many
// it gets: they determine the widths of the columns. A longer cell of a later row moves the
// rest of its row to the right.
type Table struct {
	out    *Printer
	align  []text.Align // of each column
	widths []int        // of each column, in columns of the terminal
	held   [][]string   // the titles and the first rows; nil once they are printed
	cut    int          // columns of a line; 0: no limit
}

// measured is the number of lines that determine the widths of the columns.
const measured = 1000

// NewTable begins a table. A title that begins with > aligns its column to the right.
// Unless full is set, lines are cut at the width of the terminal, so the most important
// columns come first.
func NewTable(out *Printer, full bool, titles ...string) *Table {
	t := &Table{out: out, align: make([]text.Align, len(titles)), widths: make([]int, len(titles))}
	if !full {
		t.cut = out.width()
	}
	for i, title := range titles {
		if strings.HasPrefix(title, ">") {
			titles[i], t.align[i] = title[1:], text.AlignRight
		}
	}
	t.hold(titles)
	return t
}

// Add appends a row. Cells may contain text from outside.
func (t *Table) Add(cells ...string) {
	for i, cell := range cells {
		cells[i] = Show(cell)
	}
	if t.held == nil {
		t.print(cells)
		return
	}
	if t.hold(cells); len(t.held) > measured {
		t.release()
	}
}

// End prints the rows that are still held. A table without rows prints nothing.
func (t *Table) End() {
	if len(t.held) > 1 {
		t.release()
	}
}

func (t *Table) hold(cells []string) {
	t.held = append(t.held, cells)
	for i, cell := range cells {
		t.widths[i] = max(t.widths[i], text.StringWidthWithoutEscSequences(cell))
	}
}

func (t *Table) release() {
	for _, cells := range t.held {
		t.print(cells)
	}
	t.held = nil
}

func (t *Table) print(cells []string) {
	var line strings.Builder
	for i, cell := range cells {
		line.WriteString(t.align[i].Apply(cell, t.widths[i]))
		line.WriteString("  ")
	}
	t.out.Line("%s", text.Snip(strings.TrimRight(line.String(), " "), t.cut, "..."))
}
