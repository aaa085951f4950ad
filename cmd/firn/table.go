package main

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// rows is a table for people: columns, no lines, nothing but text.
type rows struct{ w table.Writer }

// newRows begins a table. Columns whose title begins with > are set to the right.
func newRows(titles ...string) rows {
	w := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.UnfinishedRow = "..."
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	w.SetStyle(style)
	w.SuppressTrailingSpaces()
	header := make(table.Row, len(titles))
	var configs []table.ColumnConfig
	for i, title := range titles {
		if title[0] == '>' {
			title = title[1:]
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
		header[i] = title
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(configs)
	return rows{w}
}

// add appends a row. Cells may come from outside.
func (r rows) add(cells ...string) {
	row := make(table.Row, len(cells))
	for i, c := range cells {
		row[i] = show(c)
	}
	r.w.AppendRow(row)
}

// writeTo writes the table, if it has any rows. Unless it is to be shown in full,
// its lines are cut where a terminal ends: what matters most stands to the left.
func (r rows) writeTo(out *printer, full bool) {
	if r.w.Length() == 0 {
		return
	}
	if !full {
		r.w.Style().Size.WidthMax = out.width()
	}
	out.line("%s", r.w.Render())
}

// shortID is the beginning of an id that is long enough to be given instead.
func shortID(id string) string {
	const enough = 16
	if len(id) <= enough {
		return id
	}
	return id[:enough] + "..."
}
