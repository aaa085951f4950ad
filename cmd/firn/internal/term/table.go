package term

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Column is a column of a [Table].
type Column struct {
	Title string
	Right bool // aligns the cells to the right
	Fit   Fit  // at most one column of a table has a Fit
	Drop  int  // a narrow terminal leaves out the column with the highest number first; 0: never
}

// Fit says how a terminal shows the cells of a column that are longer than the column is wide.
type Fit int

// How cells fit.
const (
	FitWhole Fit = iota // the column is as wide as its longest cell
	FitCut              // each cell loses characters in its middle
	FitWrap             // each cell takes several lines
)

// Numbers returns columns that are aligned to the right.
func Numbers(titles ...string) []Column {
	columns := make([]Column, len(titles))
	for i, title := range titles {
		columns[i] = Column{Title: title, Right: true}
	}
	return columns
}

// Table prints rows in columns. On a terminal every row fits: columns are left out, cells are
// cut or wrapped, and a row that does not fit even so is printed with one cell on each line.
// Elsewhere rows are printed whole, with all columns. A table holds at most one block of rows,
// however many it gets, and the first block determines the columns.
type Table struct {
	out     *Printer
	columns []Column
	widths  []int      // of each column; 0: left out; nil until the first block is printed
	upright bool       // each cell has a line
	rows    [][]string // the block that is not printed yet
}

const (
	block    = 1000 // rows
	gap      = 2    // columns of the terminal between two columns of a table
	wideName = 24   // least width of a column with a Fit, while other columns can be left out
	leastFit = 12   // least width of a column with a Fit
)

// NewTable begins a table. It prints nothing before the first row.
func NewTable(out *Printer, columns ...Column) *Table {
	return &Table{out: out, columns: columns}
}

// Add appends a row. Cells may contain text from outside.
func (t *Table) Add(cells ...string) {
	for i, cell := range cells {
		cells[i] = Show(cell)
	}
	if t.rows = append(t.rows, cells); len(t.rows) == block {
		t.End()
	}
}

// End prints the rows that are held.
func (t *Table) End() {
	if len(t.rows) == 0 {
		return
	}
	first := t.widths == nil
	if first {
		t.layOut(t.out.width())
	}
	switch {
	case t.upright:
		t.printUpright(first)
	case t.out.IsTerminal():
		t.print(first)
	default:
		t.printWhole(first)
	}
	clear(t.rows)
	t.rows = t.rows[:0]
}

// layOut determines the columns for the width of a terminal; 0 is no limit.
func (t *Table) layOut(limit int) {
	t.widths = make([]int, len(t.columns))
	for i, c := range t.columns {
		for _, row := range t.rows {
			t.widths[i] = max(t.widths[i], columnsOf(row[i]))
		}
		if limit == 0 || c.Drop == 0 || t.widths[i] > 0 { // an empty column takes no room of a terminal
			t.widths[i] = max(t.widths[i], len(c.Title))
		}
	}
	if limit == 0 {
		return
	}
	for t.leastWidth(wideName) > limit && t.dropOne() {
	}
	t.upright = t.leastWidth(leastFit) > limit
	for i, c := range t.columns {
		if c.Fit != FitWhole {
			t.widths[i] = min(t.widths[i], limit-t.leastWidth(0))
		}
	}
}

// leastWidth returns the width of a row in which a column with a Fit takes at most fitted.
func (t *Table) leastWidth(fitted int) int {
	sum := -gap
	for i, c := range t.columns {
		switch {
		case t.widths[i] == 0:
		case c.Fit != FitWhole:
			sum += gap + min(t.widths[i], fitted)
		default:
			sum += gap + t.widths[i]
		}
	}
	return sum
}

// dropOne leaves out the column that is the first to go. It returns false if all must stay.
func (t *Table) dropOne() bool {
	out := -1
	for i, c := range t.columns {
		if c.Drop > 0 && t.widths[i] > 0 && (out < 0 || c.Drop > t.columns[out].Drop) {
			out = i
		}
	}
	if out >= 0 {
		t.widths[out] = 0
	}
	return out >= 0
}

// printWhole prints the block without a terminal. A longer cell than those of the first block
// makes its column wider. Millions of rows come this way, so it does without the library.
func (t *Table) printWhole(withTitles bool) {
	widths := slices.Clone(t.widths)
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], columnsOf(cell))
		}
	}
	var lines []byte
	if withTitles {
		titles := make([]string, len(t.columns))
		for i, c := range t.columns {
			titles[i] = c.Title
		}
		lines = t.appendRow(lines, titles, widths)
	}
	for _, row := range t.rows {
		lines = t.appendRow(lines, row, widths)
	}
	_, _ = t.out.Write(lines) // Printer.Failed has the error
}

// appendRow appends a line with a row, each cell filled up to the width of its column.
func (t *Table) appendRow(line []byte, row []string, widths []int) []byte {
	for i, cell := range row {
		if i > 0 {
			line = append(line, "  "...) // as wide as gap
		}
		fill := widths[i] - columnsOf(cell)
		if t.columns[i].Right {
			line = appendSpaces(line, fill)
		}
		line = append(line, cell...)
		if !t.columns[i].Right {
			line = appendSpaces(line, fill)
		}
	}
	return append(bytes.TrimRight(line, " "), '\n')
}

func appendSpaces(line []byte, n int) []byte {
	for range n {
		line = append(line, ' ')
	}
	return line
}

// columnsOf is [Columns] for a text that [Show] has returned.
func columnsOf(shown string) int {
	for i := range len(shown) {
		if shown[i] >= utf8.RuneSelf {
			return Columns(shown)
		}
	}
	return len(shown)
}

// print prints the block on a terminal.
func (t *Table) print(withTitles bool) {
	w := newWriter()
	configs := make([]table.ColumnConfig, len(t.columns))
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.Title
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMin: t.widths[i], Hidden: t.widths[i] == 0}
		if c.Right {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
		configs[i].WidthMax, configs[i].WidthMaxEnforcer = t.widths[i], cutMiddle
		if c.Fit == FitWrap {
			configs[i].WidthMaxEnforcer = text.WrapSoft
		}
	}
	w.SetColumnConfigs(configs)
	if withTitles {
		w.AppendHeader(tableRow(titles))
	}
	for _, row := range t.rows {
		w.AppendRow(tableRow(row))
	}
	t.out.Line("%s", w.Render())
}

// printUpright prints each cell of the block on a line of its own, and an empty line between
// rows.
func (t *Table) printUpright(first bool) {
	for n, row := range t.rows {
		if n > 0 || !first {
			t.out.Line("")
		}
		w := newWriter()
		for i, c := range t.columns {
			if row[i] != "" {
				w.AppendRow(table.Row{c.Title, row[i]})
			}
		}
		t.out.Line("%s", w.Render())
	}
}

// tableRow returns the row of the library.
func tableRow(cells []string) table.Row {
	row := make(table.Row, len(cells))
	for i, cell := range cells {
		row[i] = cell
	}
	return row
}

// newWriter returns a table of the library without any lines.
func newWriter() table.Writer {
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Options.SeparateColumns = true
	style.Box.PaddingLeft, style.Box.PaddingRight = "", ""
	style.Box.MiddleVertical, style.Box.MiddleSeparator = "  ", "  " // as wide as gap
	w := table.NewWriter()
	w.SetStyle(style)
	w.SuppressTrailingSpaces()
	return w
}

// cutMiddle shortens text to width columns of the terminal. It keeps the beginning and the end,
// because similar names differ at either.
func cutMiddle(s string, width int) string {
	if text.StringWidthWithoutEscSequences(s) <= width {
		return s
	}
	room := max(0, width-len(LeftOut))
	head := text.Trim(s, room-room/2)
	return head + LeftOut + reversed(text.Trim(reversed(s), room/2))
}

func reversed(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}
