package cli

import (
	"fmt"
	"time"

	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
)

// SizeFlag is an option that takes a size in bytes; 0 if it was not given.
type SizeFlag int64

func (f *SizeFlag) String() string {
	if *f == 0 {
		return ""
	}
	return humane.Bytes(int64(*f))
}

// Set implements pflag.Value.
func (f *SizeFlag) Set(s string) error {
	n, err := term.ParseSize(s)
	*f = SizeFlag(n)
	return err
}

// Type is how help names the value.
func (f *SizeFlag) Type() string { return "SIZE" }

// RateFlag is an option that takes a rate in bytes per second; 0 if not given.
type RateFlag float64

func (f *RateFlag) String() string {
	if *f == 0 {
		return ""
	}
	return term.RateText(float64(*f))
}

// Set implements pflag.Value.
func (f *RateFlag) Set(s string) error {
	r, err := term.ParseRate(s)
	*f = RateFlag(r)
	return err
}

// Type is how help names the value.
func (f *RateFlag) Type() string { return "RATE" }

// TimeFlag is an option that takes a moment; the zero time if it was not given.
type TimeFlag struct{ time.Time }

func (f *TimeFlag) String() string {
	if f.IsZero() {
		return ""
	}
	return f.Format(time.RFC3339)
}

// Set reads a date, which begins at midnight here, or a time.
func (f *TimeFlag) Set(s string) error {
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
func (f *TimeFlag) Type() string { return "TIME" }

// ShownRejects is how many bad entries are shown to people.
const ShownRejects = 10
