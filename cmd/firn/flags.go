package main

import (
	"fmt"
	"time"

	"firn/internal/humane"
)

// sizeFlag is an option that takes a size in bytes; 0 if it was not given.
type sizeFlag int64

func (f *sizeFlag) String() string {
	if *f == 0 {
		return ""
	}
	return humane.Bytes(int64(*f))
}

func (f *sizeFlag) Set(s string) error {
	n, err := parseSize(s)
	*f = sizeFlag(n)
	return err
}

// Type is how help names the value.
func (f *sizeFlag) Type() string { return "SIZE" }

// rateFlag is an option that takes a rate in bytes per second; 0 if not given.
type rateFlag float64

func (f *rateFlag) String() string {
	if *f == 0 {
		return ""
	}
	return rateText(float64(*f))
}

func (f *rateFlag) Set(s string) error {
	r, err := parseRate(s)
	*f = rateFlag(r)
	return err
}

// Type is how help names the value.
func (f *rateFlag) Type() string { return "RATE" }

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
