// Package term is what a terminal can show: lines, tables, live lines, quoted names, sizes and
// rates. It knows no vault.
//
// How firn speaks:
//
//   - Standard output carries what was asked for. Everything else goes to
//     standard error, through this file.
//   - Sentences begin in lower case and end without a full stop. They name the
//     object and quote what the user gave.
//   - An error begins with "firn: ". What to do about it follows in lines of its
//     own that begin with "hint: " and end with a command to type.
//   - Meaning is never in colours; there are none.
//   - Text from outside (names, descriptions, messages of a server) is shown
//     through show, so that it cannot steer the terminal.
package term

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// UI is standard error: lines, and on a terminal one live line below them that
// is drawn over and over. A broken terminal or pipe stops nobody: failing
// writes are ignored.
//
// The live line is moved by carriage returns and spaces alone. The cursor is
// never hidden, so a killed program leaves the terminal as it was.
type UI struct {
	mu    sync.Mutex
	W     io.Writer
	Width func() int // columns of the terminal; 0 if it is none
	live  string
	asked bool // the cursor stands behind a question
}

// NewUI is standard error, or another file.
func NewUI(f *os.File) *UI {
	return &UI{W: f, Width: func() int { return terminalWidth(f) }}
}

// terminalWidth returns the columns of a terminal that can draw a live line,
// else 0.
func terminalWidth(f *os.File) int {
	if !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// IsTerminal reports whether there is a live line to draw.
func (u *UI) IsTerminal() bool { return u.Width() > 0 }

// Say prints one line, above the live one.
func (u *UI) Say(format string, args ...any) {
	line := fmt.Sprintf(format+"\n", args...)
	if OnWindows {
		line = plainPaths(line)
	}
	_, _ = io.WriteString(u, line) // as every message, it has nowhere to report to
}

// Write writes whole lines, above the live one.
func (u *UI) Write(lines []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.asked {
		_, _ = io.WriteString(u.W, "\n")
		u.asked = false
	}
	live := u.live
	u.replace("")
	n, err := u.W.Write(lines)
	u.replace(live)
	return n, err
}

// Ask prints a question and leaves the cursor behind it.
func (u *UI) Ask(question string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, _ = io.WriteString(u.W, question)
	u.asked = true
}

// Answered notes that the answer has ended the line.
func (u *UI) Answered() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = false
}

// Fail prints an error, and hints at what to do.
func (u *UI) Fail(err error, hints ...string) {
	u.Say("firn: %s", ErrorText(err))
	for _, hint := range hints {
		u.Say("hint: %s", hint)
	}
}

// Draw makes line, of ASCII and shorter than the terminal is wide, the live one.
func (u *UI) Draw(line string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.replace(line)
}

// Clear removes the live line.
func (u *UI) Clear() { u.Draw("") }

// replace draws line over the live one; u.mu is held.
func (u *UI) replace(line string) {
	if u.live == "" && line == "" {
		return
	}
	rest := strings.Repeat(" ", max(0, len(u.live)-len(line)))
	_, _ = io.WriteString(u.W, "\r"+line+rest)
	if line == "" {
		_, _ = io.WriteString(u.W, "\r")
	}
	u.live = line
}
