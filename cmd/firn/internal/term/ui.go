// Package term writes to a terminal or a log: lines, tables, live lines, quoted names, sizes
// and rates. It knows no vault.
//
// The rules of all output:
//
//   - Standard output ([Printer]) carries the results that the user asked for. Everything
//     else goes to standard error ([UI]).
//   - Sentences begin in lower case and end without a full stop. They name the object and
//     quote the user's input.
//   - An error begins with "firn: ". Hints follow on lines of their own, which begin with
//     "hint: " and end with a command to type.
//   - There are no colours and no other styles, so NO_COLOR has nothing to turn off.
//   - Text from outside (names, descriptions, messages of a server) passes through [Show],
//     so that it cannot control the terminal.
package term

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/term"

	"firn/internal/humane"
)

// UI is standard error: lines, and on a terminal live lines below them that are redrawn. It
// owns the terminal: a [Printer] whose standard output is a terminal writes through it too, so
// that the live lines are gone before anything is printed, and are drawn again below it.
//
// UI ignores failing writes, because a broken terminal or pipe must not stop the work. It
// never hides the cursor, so a killed program leaves the terminal usable.
type UI struct {
	// Units are the units in which the user wants to see rates, and sizes beside them. They do
	// not change once anything is shown.
	Units humane.Units

	mu    sync.Mutex
	w     io.Writer
	width func() int // columns of the terminal; 0 if it is none
	live  []string   // what the live lines show; the cursor is behind the last one
	open  bool       // the cursor is behind a question or an unfinished line
	held  int        // a child process writes to the terminal
}

// NewUI returns a UI that writes to w. width returns the columns of the terminal, or 0 if w
// is none; see [WidthOf] and [LiveWidthOf].
func NewUI(w io.Writer, width func() int) *UI { return &UI{w: w, width: width} }

// WidthOf returns a function that returns the columns of a terminal at this moment, or 0 if
// f is no terminal.
func WidthOf(f *os.File) func() int {
	return func() int {
		if !term.IsTerminal(int(f.Fd())) {
			return 0
		}
		width, _, err := term.GetSize(int(f.Fd()))
		if err != nil || width <= 0 {
			return 80
		}
		return width
	}
}

// LiveWidthOf is [WidthOf] for live lines. It also returns 0 if the terminal cannot move the
// cursor: TERM is dumb, or the console of Windows is too old. Such a terminal gets the lines
// of a log.
func LiveWidthOf(f *os.File) func() int {
	if os.Getenv("TERM") == "dumb" || !movesCursor(f) {
		return func() int { return 0 }
	}
	return WidthOf(f)
}

// IsTerminal reports whether live lines are drawn.
func (u *UI) IsTerminal() bool { return u.width() > 0 }

// Say prints one line above the live lines.
func (u *UI) Say(format string, args ...any) {
	line := fmt.Sprintf(format+"\n", args...)
	if onWindows {
		line = plainPaths(line)
	}
	_, _ = io.WriteString(u, line) // there is nowhere to report an error
}

// Write writes whole lines above the live lines.
func (u *UI) Write(lines []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.open {
		_, _ = io.WriteString(u.w, "\n")
		u.open = false
	}
	return u.above(u.w, lines)
}

// above writes to the terminal above the live lines. If the text does not end a line, the live
// lines stay away until they are drawn again after its end. The caller holds u.mu.
func (u *UI) above(w io.Writer, text []byte) (int, error) {
	live := u.live
	u.replace(nil)
	n, err := w.Write(text)
	if len(text) > 0 && u.IsTerminal() {
		u.open = text[len(text)-1] != '\n'
	}
	u.replace(live)
	return n, err
}

// Hold removes the live lines and returns the file itself, for a child process. (With the UI
// itself, package exec would copy the output through a pipe, and wait until every background
// process of the child has closed it.) Until release is called, nothing is drawn over the
// output of the child.
func (u *UI) Hold() (file io.Writer, release func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.replace(nil)
	u.held++
	return u.w, func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.held--
	}
}

// Ask removes the live lines, prints a question and leaves the cursor behind it. Nothing is
// drawn until the question is answered.
func (u *UI) Ask(question string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.replace(nil)
	_, _ = io.WriteString(u.w, question)
	u.open = true
}

// Answered notes that the user has ended the line of the question.
func (u *UI) Answered() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.open = false
}

// Fail prints an error and its hints.
func (u *UI) Fail(err error, hints ...string) {
	u.Say("firn: %s", ErrorText(err))
	for _, hint := range hints {
		u.Say("hint: %s", hint)
	}
}

// Begin draws a first live line on a terminal, so that the user sees something before the
// first answer of the network. It stays until something else is drawn, or [UI.Clear].
func (u *UI) Begin(line string) {
	if width := u.width(); width > 0 {
		u.draw([]string{Cut(line, liveColumns(width))})
	}
}

// draw replaces the live lines: each is shorter than the terminal is wide.
func (u *UI) draw(lines []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.replace(lines)
}

// Clear removes the live lines.
func (u *UI) Clear() { u.draw(nil) }

// What moves the cursor of a terminal, and erases text (ECMA-48).
const (
	up        = "\x1b[%dA" // N lines up, in the same column
	eraseLine = "\x1b[K"   // from the cursor to the end of its line
	eraseDown = "\x1b[J"   // from the cursor to the end of the screen
)

// replace draws lines over the live lines, in one write. It never moves above the first live
// line: if the terminal has become narrower, pieces of live lines may remain, but no other
// text is lost. The caller holds u.mu.
func (u *UI) replace(lines []string) {
	if len(lines) > 0 && (u.open || u.held > 0) {
		lines = nil
	}
	if len(lines) == 0 && len(u.live) == 0 {
		return
	}
	var b strings.Builder
	b.WriteString("\r")
	if n := len(u.live) - 1; n > 0 {
		fmt.Fprintf(&b, up, n)
	}
	if len(lines) == 0 {
		b.WriteString(eraseDown)
	}
	for i, line := range lines {
		switch b.WriteString(line); {
		case i < len(lines)-1:
			b.WriteString(eraseLine + "\n")
		case len(u.live) > len(lines):
			b.WriteString(eraseDown)
		default:
			b.WriteString(eraseLine)
		}
	}
	_, _ = io.WriteString(u.w, b.String())
	u.live = slices.Clone(lines)
}
