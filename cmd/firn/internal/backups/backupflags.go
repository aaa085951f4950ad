package backups

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/internal/ignore"
	"firn/internal/keep"
)

// rulesFlag is an option that takes lines as in an ignore file, one at a time.
type rulesFlag struct{ cli.ListFlag }

// Set implements pflag.Value.
func (f *rulesFlag) Set(s string) error {
	if _, bad := ignore.Parse([]byte(s)); len(bad) > 0 {
		return cmp.Or(errors.Unwrap(bad[0]), bad[0]) // without the number of the line
	}
	return f.ListFlag.Set(s)
}

// Type returns the name of the value in the help text.
func (f *rulesFlag) Type() string { return "RULE" }

// dateFlag is an option that takes a day, or a span of time from now on.
type dateFlag struct {
	day  time.Time
	span keep.Span
}

func (f *dateFlag) given() bool { return !f.day.IsZero() || !f.span.IsZero() }

// at returns the day.
func (f *dateFlag) at(now time.Time) time.Time {
	if f.span.IsZero() {
		return f.day
	}
	return f.span.After(now)
}

func (f *dateFlag) String() string {
	if f.day.IsZero() {
		return f.span.String()
	}
	return f.day.Format(time.DateOnly)
}

// Set implements pflag.Value.
func (f *dateFlag) Set(s string) error {
	day, err := time.ParseInLocation(time.DateOnly, s, time.Local)
	if err == nil {
		*f = dateFlag{day: day}
		return nil
	}
	span, err := keep.ParseSpan(s)
	if err != nil {
		return fmt.Errorf("%q is neither a date, such as 2030-12-31, nor a span, such as 90d or 1y", s)
	}
	*f = dateFlag{span: span}
	return nil
}

// Type returns the name of the value in the help text.
func (f *dateFlag) Type() string { return "DATE" }
