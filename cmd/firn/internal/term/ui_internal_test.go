package term

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// screen is what a terminal shows after text with carriage returns and newlines.
func screen(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		var cells []byte
		at := 0
		for _, c := range []byte(line) {
			switch {
			case c == '\r':
				at = 0
				continue
			case at == len(cells):
				cells = append(cells, c)
			default:
				cells[at] = c
			}
			at++
		}
		lines = append(lines, strings.TrimRight(string(cells), " "))
	}
	return strings.Join(lines, "\n")
}

func TestLiveLineStaysBelow(t *testing.T) {
	var b bytes.Buffer
	u := &UI{w: &b, width: func() int { return 80 }}
	u.draw("a long live line")
	u.Say("first note")
	u.draw("short")
	u.Say("a note that is longer than the live line")
	if got, want := screen(b.String()), "first note\na note that is longer than the live line\nshort"; got != want {
		t.Errorf("on the screen:\n%s\nnot:\n%s", got, want)
	}
	u.Clear()
	if got, want := screen(b.String()), "first note\na note that is longer than the live line\n"; got != want {
		t.Errorf("after clear:\n%q", got)
	}
}

// broken is a terminal that went away.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestBrokenTerminalIsIgnored(t *testing.T) {
	u := &UI{w: broken{}, width: func() int { return 80 }}
	u.draw("x")
	u.Say("y")
	u.Fail(errors.New("z"))
}

func TestFail(t *testing.T) {
	var b bytes.Buffer
	u := &UI{w: &b, width: func() int { return 0 }}
	u.Fail(errors.Join(errors.New("one\x1b[2J"), errors.New("two")), "firn list")
	if got, want := b.String(), "firn: one\\x1b[2J; two\nhint: firn list\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
