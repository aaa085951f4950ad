package term

import (
	"bufio"
	"bytes"
	"errors"
	"testing"

	"firn/cmd/firn/internal/screen"
)

// onScreen returns a UI on a terminal of 40 columns, and the text that a person sees there.
func onScreen(t *testing.T) (u *UI, sees func(want string)) {
	t.Helper()
	s := screen.New(40, 10)
	return NewUI(s, func() int { return 40 }), func(want string) {
		t.Helper()
		if got := s.String(); got != want {
			t.Errorf("on the screen:\n%s\nnot:\n%s", got, want)
		}
	}
}

func TestLiveLinesStayBelow(t *testing.T) {
	u, sees := onScreen(t)
	u.draw([]string{"a long live line", "and another", "and a third"})
	sees("a long live line\nand another\nand a third_\n")
	u.Say("first note")
	sees("first note\na long live line\nand another\nand a third_\n")
	u.draw([]string{"short", "two"})
	sees("first note\nshort\ntwo_\n")
	u.Say("a note that is longer than the live line")
	u.draw([]string{"one"})
	sees("first note\na note that is longer than the live line\none_\n")
	u.Clear()
	sees("first note\na note that is longer than the live line\n")
}

// Standard output and standard error are the same terminal.
func TestResultsAreAboveTheLiveLines(t *testing.T) {
	s := screen.New(40, 10)
	u := NewUI(s, func() int { return 40 })
	p := &Printer{w: bufio.NewWriter(&printed{s, func() int { return 40 }, u}), width: func() int { return 40 }}
	sees := func(want string) {
		t.Helper()
		if got := s.String(); got != want {
			t.Errorf("on the screen:\n%s\nnot:\n%s", got, want)
		}
	}
	flush := func() {
		t.Helper()
		if err := p.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	u.draw([]string{"38/38 segments", "more"})
	p.Line("img1.back")
	flush()
	sees("img1.back\n38/38 segments\nmore_\n")
	if _, err := p.Write([]byte("half a ")); err != nil {
		t.Fatal(err)
	}
	u.draw([]string{"39/39 segments"})
	sees("img1.back\nhalf a _\n")
	p.Line("line")
	flush()
	u.draw([]string{"40/40 segments"})
	sees("img1.back\nhalf a line\n40/40 segments_\n")
}

func TestAQuestionIsNotDrawnOver(t *testing.T) {
	u, sees := onScreen(t)
	u.draw([]string{"one", "two"})
	u.Ask("really? ")
	u.draw([]string{"one", "two"})
	sees("really? _\n")
	u.Answered()
	_, _ = u.w.Write([]byte("y\n")) // the terminal's echo
	u.draw([]string{"one"})
	sees("really? y\none_\n")
}

func TestAChildIsNotDrawnOver(t *testing.T) {
	u, sees := onScreen(t)
	u.draw([]string{"one", "two"})
	child, release := u.Hold()
	u.draw([]string{"one", "two"})
	_, _ = child.Write([]byte("the child\n")) // a screen takes everything
	release()
	u.draw([]string{"one"})
	sees("the child\none_\n")
}

// The user presses Enter below the live lines.
func TestOnlyLiveLinesAreErased(t *testing.T) {
	u, sees := onScreen(t)
	u.Say("a note")
	u.draw([]string{"one", "two"})
	_, _ = u.w.Write([]byte("\n"))
	u.draw([]string{"three", "four"})
	sees("a note\none\nthree\nfour_\n")
}

// broken is a terminal that went away.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestBrokenTerminalIsIgnored(t *testing.T) {
	u := &UI{w: broken{}, width: func() int { return 80 }}
	u.draw([]string{"x"})
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
