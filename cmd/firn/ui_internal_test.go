package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"firn/catalog"
	"firn/depot"
	"firn/source"
	"firn/upload"
	"firn/vault"
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
	u := &ui{w: &b, width: func() int { return 80 }}
	u.draw("a long live line")
	u.say("first note")
	u.draw("short")
	u.say("a note that is longer than the live line")
	if got, want := screen(b.String()), "first note\na note that is longer than the live line\nshort"; got != want {
		t.Errorf("on the screen:\n%s\nnot:\n%s", got, want)
	}
	u.clear()
	if got, want := screen(b.String()), "first note\na note that is longer than the live line\n"; got != want {
		t.Errorf("after clear:\n%q", got)
	}
}

// broken is a terminal that went away.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestBrokenTerminalIsIgnored(t *testing.T) {
	u := &ui{w: broken{}, width: func() int { return 80 }}
	u.draw("x")
	u.say("y")
	u.fail(errors.New("z"))
}

func TestFail(t *testing.T) {
	var b bytes.Buffer
	u := &ui{w: &b, width: func() int { return 0 }}
	u.fail(withHint(errors.Join(errors.New("one\x1b[2J"), errors.New("two")), "firn list"))
	if got, want := b.String(), "firn: one\\x1b[2J; two\nhint: firn list\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStatusOf(t *testing.T) {
	wrap := func(errs ...error) error { return fmt.Errorf("sentence: %w", errors.Join(errs...)) }
	for _, c := range []struct {
		err  error
		want status
	}{
		{nil, 0},
		{errors.New("something"), 1},
		{wrap(vault.ErrNotFound), 1},
		{wrap(vault.ErrInvalid), 1},
		{wrap(vault.ErrUnavailable), 1},
		{usageError("no"), 2},
		{wrap(source.ErrUnreadable), 3},
		{wrap(source.ErrSourceChanged), 3},
		{wrap(depot.ErrGaveUp, vault.ErrUnavailable), 4},
		{wrap(upload.ErrUnknown), 4},
		{wrap(vault.ErrChecksum), 5},
		{wrap(vault.ErrDenied), 6},
		{wrap(vault.ErrLocked), 7},
		{wrap(catalog.ErrDamaged), 8},
		{refusedError("no"), 9},
		{wrap(vault.ErrNotReady), 75},
		{wrap(depot.ErrInterrupted, vault.ErrUnavailable), 130},
		{withHint(wrap(vault.ErrDenied), "try"), 6},
		{&reportedError{statusPartial}, 3},
	} {
		if got := statusOf(c.err); got != c.want {
			t.Errorf("%v has status %d, not %d", c.err, got, c.want)
		}
	}
}
