package main

import (
	"errors"
	"fmt"
	"time"

	"firn"
	"firn/vault"
)

// timeFlag is an option that takes a moment; the zero time if it was not given.
type timeFlag struct{ time.Time }

func (f *timeFlag) String() string {
	if f.IsZero() {
		return ""
	}
	return f.Format(time.RFC3339)
}

// Set reads a date, which begins at midnight here, or a time.
func (f *timeFlag) Set(s string) error {
	for _, layout := range []string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			f.Time = t
			return nil
		}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("%q is no time; one looks like 2026-06-01, 2026-06-01 12:00:00 or 2026-06-01T12:00:00Z", s)
	}
	f.Time = t
	return nil
}

// Type is how help names the value.
func (f *timeFlag) Type() string { return "TIME" }

// beginWork notes that work is under way which a signal lets finish, and how to
// continue it.
func (p *program) beginWork(hint string) {
	p.resume.Store(&hint)
	p.busy.Store(true)
}

// note says what a person should know.
func (p *program) note(sentence string) {
	if !p.quiet {
		p.ui.say("firn: %s", show(sentence))
	}
}

// explainWait adds how to go on with what has not come to its end.
func (p *program) explainWait(err error) error {
	for _, unfinished := range []error{firn.ErrInterrupted, firn.ErrGaveUp, vault.ErrNotReady} {
		if errors.Is(err, unfinished) {
			return withHint(err, "continue with: "+p.typed())
		}
	}
	return err
}
