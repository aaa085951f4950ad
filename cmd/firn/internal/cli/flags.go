package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
)

// SizeFlag is an option that takes a size in bytes. It is 0 if it was not given.
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

// Type returns the name of the value in the help text.
func (f *SizeFlag) Type() string { return "SIZE" }

// RateFlag is an option that takes a rate in bytes per second. It is 0 if it was not given.
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

// Type returns the name of the value in the help text.
func (f *RateFlag) Type() string { return "RATE" }

// TimeFlag is an option that takes a time. It is zero if it was not given.
type TimeFlag struct{ time.Time }

func (f *TimeFlag) String() string {
	if f.IsZero() {
		return ""
	}
	return f.Format(time.RFC3339)
}

// Set parses a date, which means its midnight in the local time zone, or a time.
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

// Type returns the name of the value in the help text.
func (f *TimeFlag) Type() string { return "TIME" }

// DollarsFlag is an option that takes an amount of US dollars.
type DollarsFlag struct {
	Given bool
	USD   float64
}

func (f *DollarsFlag) String() string {
	if !f.Given {
		return ""
	}
	return strconv.FormatFloat(f.USD, 'f', -1, 64)
}

// Set implements pflag.Value.
func (f *DollarsFlag) Set(s string) error {
	usd, err := strconv.ParseFloat(strings.TrimSuffix(s, "USD"), 64)
	if isAmount := usd >= 0 && usd <= 1e9; err != nil || !isAmount {
		return fmt.Errorf("%q is not an amount of US dollars, such as 2.50", s)
	}
	*f = DollarsFlag{Given: true, USD: usd}
	return nil
}

// Type returns the name of the value in the help text.
func (f *DollarsFlag) Type() string { return "USD" }
