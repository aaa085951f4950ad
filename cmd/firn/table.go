package main

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"firn/vault"
)

// rows is a table for people: columns, no lines, nothing but text. However many
// rows it gets, it holds only the first of them: they decide how wide the columns
// are, and what a later row has more of it runs over.
type rows struct {
	out    *printer
	align  []text.Align // of each column
	widths []int        // of each column, in columns of the terminal
	held   [][]string   // the titles and the first rows; nil once they are printed
	cut    int          // columns of a line; 0: any number
}

// measured are the lines of a table that decide how wide its columns are.
const measured = 1000

// newRows begins a table. Columns whose title begins with > are set to the right.
// Unless it is to be shown in full, its lines are cut where a terminal ends: what
// matters most stands to the left.
func newRows(out *printer, full bool, titles ...string) *rows {
	r := &rows{out: out, align: make([]text.Align, len(titles)), widths: make([]int, len(titles))}
	if !full {
		r.cut = out.width()
	}
	for i, title := range titles {
		if strings.HasPrefix(title, ">") {
			titles[i], r.align[i] = title[1:], text.AlignRight
		}
	}
	r.hold(titles)
	return r
}

// add appends a row. Cells may come from outside.
func (r *rows) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = show(cell)
	}
	if r.held == nil {
		r.print(cells)
		return
	}
	if r.hold(cells); len(r.held) > measured {
		r.release()
	}
}

// end prints what is still held. A table without rows is nothing at all.
func (r *rows) end() {
	if len(r.held) > 1 {
		r.release()
	}
}

func (r *rows) hold(cells []string) {
	r.held = append(r.held, cells)
	for i, cell := range cells {
		r.widths[i] = max(r.widths[i], text.StringWidthWithoutEscSequences(cell))
	}
}

func (r *rows) release() {
	for _, cells := range r.held {
		r.print(cells)
	}
	r.held = nil
}

func (r *rows) print(cells []string) {
	var line strings.Builder
	for i, cell := range cells {
		line.WriteString(r.align[i].Apply(cell, r.widths[i]))
		line.WriteString("  ")
	}
	r.out.line("%s", text.Snip(strings.TrimRight(line.String(), " "), r.cut, "..."))
}

// enoughOfID are the characters of an id that tell it from all others.
const enoughOfID = 16

// shortID is the beginning of an id that is long enough to be given instead.
func shortID(id string) string {
	if len(id) <= enoughOfID {
		return id
	}
	return id[:enoughOfID] + "..."
}

// shortArchive is what is enough of the id of an archive to tell it from all others in
// a vault. In a bucket it is a key, which people know, and of which none is too much.
func shortArchive(vaultURL string, id vault.ArchiveID) string {
	if isBucket(vaultURL) {
		return string(id)
	}
	return shortID(string(id))
}

// isBucket reports whether the URL of a vault is that of a bucket.
func isBucket(vaultURL string) bool { return strings.HasPrefix(vaultURL, "s3://") }

// idOf undoes [shortID] as far as that can be: people give ids as they see them.
func idOf(ref string) string {
	if id, short := strings.CutSuffix(ref, "..."); short && len(id) == enoughOfID {
		return id
	}
	return ref
}
