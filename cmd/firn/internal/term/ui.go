// Package term writes to a terminal or a log: lines, tables, a live line, quoted names, sizes
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
//   - There are no colours.
//   - Text from outside (names, descriptions, messages of a server) passes through [Show],
//     so that it cannot control the terminal.
package term

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// UI is standard error: lines, and on a terminal one live line below them that is redrawn.
// It ignores failing writes, because a broken terminal or pipe must not stop the work.
//
// The live line uses only carriage returns and spaces. The cursor is never hidden, so a
// killed program leaves the terminal usable.
type UI struct {
	mu    sync.Mutex
	w     io.Writer
	width func() int // columns of the terminal; 0 if it is none
	live  string
	asked bool // the cursor is behind a question
}

// NewUI returns a UI that writes to w. width returns the columns of the terminal, or 0 if w
// is none; see [WidthOf].
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

// IsTerminal reports whether the live line is drawn.
func (u *UI) IsTerminal() bool { return u.width() > 0 }

// Say prints one line above the live line.
func (u *UI) Say(format string, args ...any) {
	line := fmt.Sprintf(format+"\n", args...)
	if onWindows {
		line = plainPaths(line)
	}
	_, _ = io.WriteString(u, line) // there is nowhere to report an error
}

// Write writes whole lines above the live line.
func (u *UI) Write(lines []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.asked {
		_, _ = io.WriteString(u.w, "\n")
		u.asked = false
	}
	live := u.live
	u.replace("")
	n, err := u.w.Write(lines)
	u.replace(live)
	return n, err
}

// File removes the live line and returns the file itself, for a child process. (With the
// UI itself, package exec would copy the output through a pipe, and wait until every
// background process of the child has closed it.)
func (u *UI) File() io.Writer {
	u.Clear()
	return u.w
}

// Ask prints a question and leaves the cursor behind it.
func (u *UI) Ask(question string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, _ = io.WriteString(u.w, question)
	u.asked = true
}

// Answered notes that the user has ended the line of the question.
func (u *UI) Answered() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = false
}

// Fail prints an error and its hints.
func (u *UI) Fail(err error, hints ...string) {
	u.Say("firn: %s", ErrorText(err))
	for _, hint := range hints {
		u.Say("hint: %s", hint)
	}
}

// draw replaces the live line with line: ASCII, and shorter than the terminal is wide.
func (u *UI) draw(line string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.replace(line)
}

// Clear removes the live line.
func (u *UI) Clear() { u.draw("") }

// replace draws line over the live line. The caller holds u.mu.
func (u *UI) replace(line string) {
	if u.live == "" && line == "" {
		return
	}
	rest := strings.Repeat(" ", max(0, len(u.live)-len(line)))
	_, _ = io.WriteString(u.w, "\r"+line+rest)
	if line == "" {
		_, _ = io.WriteString(u.w, "\r")
	}
	u.live = line
}
