package progress

import (
	"fmt"
	"strings"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
)

// Sum counts how the files or archives of one command ended.
type Sum struct {
	Noun string // "file" or "archive"
	Verb string // "stored" or "downloaded"
	Of   int    // all of them

	Done  int           // stored or downloaded by this command
	Bytes int64         // of those
	Moved int64         // bytes of those that this command transferred
	Busy  time.Duration // in which it transferred them
	There int           // done by an earlier command

	failed []string
}

// Fail counts one that failed.
func (s *Sum) Fail(name string) { s.failed = append(s.failed, name) }

// mostFailed is the number of failed ones that the sum names again.
const mostFailed = 10

// Text returns the sum as a sentence. The command took the time elapsed.
func (s *Sum) Text(elapsed time.Duration, units humane.Units) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if s.Done > 0 {
		add("%s %s, %s, in %s", s.Verb, term.Many(s.Done, s.Noun), units.Bytes(s.Bytes),
			humane.Transfer(elapsed, s.Moved, s.Busy, units))
	}
	switch {
	case s.There == s.Of:
		add("%s already there, nothing to do", wereText(s.There, s.Noun))
	case s.There > 0:
		add("%s already there", wereText(s.There, s.Noun))
	}
	switch n := len(s.failed); {
	case n > 0 && len(parts) == 0:
		add("%s", cli.FailedText(n, s.Of, s.Noun))
	case n > 0:
		add("%s failed", term.Many(n, s.Noun))
	}
	switch left := s.Of - s.Done - s.There - len(s.failed); {
	case left == s.Of:
		add("none of %s was %s", term.Many(left, s.Noun), s.Verb)
	case left > 0: // the command ended before
		add("%s not %s", wereText(left, s.Noun), s.Verb)
	}
	return strings.Join(parts, "; ")
}

// wereText returns "1 file was" or "2 files were".
func wereText(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " was"
	}
	return term.Many(n, noun) + " were"
}

// lineColumns is the number of columns of a line that holds the whole sum.
const lineColumns = 80 - len("firn: ")

// Show shows the text of the sum, in more lines if one is too short, and names those that failed
// again if they are few. With --quiet it shows nothing.
func (s *Sum) Show(p *cli.Program, text string) {
	lines := []string{text}
	if len(text) > lineColumns {
		lines = strings.Split(text, "; ")
	}
	for _, line := range lines {
		p.Notice(line)
	}
	if len(s.failed) > mostFailed {
		return
	}
	for _, name := range s.failed {
		p.Notice(fmt.Sprintf("failed: %q", name))
	}
}
