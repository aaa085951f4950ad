package progress

import (
	"fmt"
	"strings"
	"time"

	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
)

// mostNames is the number of files under way that are shown by name.
const mostNames = 4

// total is a snapshot of all files of a transfer.
type total struct {
	pieces      string
	files       int // of the whole
	ended       int // files
	bytes, size int64
	rate        float64
	now         time.Time
	units       humane.Units
	underWay    []underWay
}

// underWay is a file that is being transferred.
type underWay struct {
	name string
	view
}

func (t total) isMany() bool { return t.files > 1 }

func (t total) fraction() float64 { return float64(t.bytes) / float64(max(1, t.size)) }

// filesText returns how many files have ended, in one width.
func (t total) filesText() string {
	of := fmt.Sprint(t.files)
	return fmt.Sprintf("%*d/%s files", len(of), t.ended, of)
}

// line returns the line of the whole.
func (t total) line(columns int) string {
	files := t.filesText() + "  "
	return files + liveLine(columns-len(files), t.size > 0, t.fraction(),
		liveAmount(t.units, t.bytes, t.size), livePercent(t.size, t.fraction()), liveRate(t.units, t.rate), liveLeft(t.bytes, t.size, t.rate))
}

// lines returns the lines of a terminal: the whole, and below it the files under way.
func (t total) lines(columns int) string {
	lines := []string{t.line(columns)}
	shown := t.underWay[:min(len(t.underWay), mostNames)]
	names := 0
	for _, f := range shown {
		names = max(names, term.Columns(term.Show(f.name)))
	}
	for _, f := range shown {
		lines = append(lines, f.line(columns, names))
	}
	if more := len(t.underWay) - len(shown); more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// line returns the line of a file, whose name takes at most that many columns.
func (f underWay) line(columns, name int) string {
	state := term.Joined("  ", livePercent(f.Size, f.fraction()), liveAmount(f.units, f.bytes(), f.Size))
	if f.Waiting != nil {
		state = f.waiting(columns / 2)
	}
	name = min(name, max(1, columns-len(state)-4))
	return term.Cut(strings.TrimRight("  "+term.Pad(term.Show(f.name), name)+"  "+state, " "), columns)
}

// plain returns the line of a log.
func (t total) plain() string {
	whole := view{pieces: t.pieces, now: t.now, rate: t.rate, units: t.units}
	whole.Size, whole.Done = t.size, t.bytes
	var names []string
	for _, f := range t.underWay[:min(len(t.underWay), mostNames)] {
		names = append(names, term.Show(f.name))
	}
	if more := len(t.underWay) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	files := fmt.Sprintf("%d of %s", t.ended, humane.Count(t.files, "file"))
	return term.Joined(", ", files, whole.percent(), whole.amount(), whole.speed(), whole.left()) + ": " + strings.Join(names, ", ")
}
