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

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// ui is standard error: lines, and on a terminal one live line below them that
// is drawn over and over. A broken terminal or pipe stops nobody: failing
// writes are ignored.
//
// The live line is moved by carriage returns and spaces alone. The cursor is
// never hidden, so a killed program leaves the terminal as it was.
type ui struct {
	mu    sync.Mutex
	w     io.Writer
	width func() int // columns of the terminal; 0 if it is none
	live  string
	asked bool // the cursor stands behind a question
}

func newUI(f *os.File) *ui {
	return &ui{w: f, width: func() int { return terminalWidth(f) }}
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

// isTerminal reports whether there is a live line to draw.
func (u *ui) isTerminal() bool { return u.width() > 0 }

// say prints one line, above the live one.
func (u *ui) say(format string, args ...any) {
	line := fmt.Sprintf(format+"\n", args...)
	if onWindows {
		line = plainPaths(line)
	}
	_, _ = io.WriteString(u, line) // as every message, it has nowhere to report to
}

// Write writes whole lines, above the live one.
func (u *ui) Write(lines []byte) (int, error) {
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

// ask prints a question and leaves the cursor behind it.
func (u *ui) ask(question string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, _ = io.WriteString(u.w, question)
	u.asked = true
}

// answered notes that the answer has ended the line.
func (u *ui) answered() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = false
}

// fail prints an error and its hints.
func (u *ui) fail(err error) {
	u.say("firn: %s", errorText(err))
	for _, hint := range hintsOf(err) {
		u.say("hint: %s", hint)
	}
}

// draw makes line, of ASCII and shorter than the terminal is wide, the live one.
func (u *ui) draw(line string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.replace(line)
}

// clear removes the live line.
func (u *ui) clear() { u.draw("") }

// replace draws line over the live one; u.mu is held.
func (u *ui) replace(line string) {
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
