package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault"
)

// CheckDescription refuses a description that no vault stores.
func CheckDescription(text string) error {
	for _, c := range []byte(text) {
		if !vault.IsPrintable(c) {
			return UsageError("--description: %q has characters other than printable ASCII", text)
		}
	}
	return nil
}

// CheckPeriod refuses a period of --since and --until in which no archive can be created.
func CheckPeriod(since, until time.Time) error {
	if !since.IsZero() && !until.IsZero() && !since.Before(until) {
		return UsageError("--since %s is not before --until %s", humane.Time(since), humane.Time(until))
	}
	return nil
}

// AddDryRun adds the option --dry-run, -n.
func AddDryRun(f *pflag.FlagSet, dryRun *bool) {
	f.BoolVarP(dryRun, "dry-run", "n", false, "print what would be done; change nothing")
}

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

// RateFlag is an option that takes a rate. The zero value means that it was not given.
type RateFlag struct {
	PerSecond float64 // bytes
	units     humane.Units
}

func (f *RateFlag) String() string {
	if f.PerSecond == 0 {
		return ""
	}
	return f.units.Rate(f.PerSecond)
}

// Set implements pflag.Value.
func (f *RateFlag) Set(s string) error {
	r, err := term.ParseRate(s)
	*f = RateFlag{r, term.UnitsOf(s)}
	return err
}

// Type returns the name of the value in the help text.
func (f *RateFlag) Type() string { return "RATE" }

// ChooseUnits makes the program print rates, and sizes beside them, in the units in which the
// user has written a rate.
func (p *Program) ChooseUnits(f *pflag.FlagSet) {
	f.Visit(func(f *pflag.Flag) {
		switch rate := f.Value.(type) {
		case *RateFlag:
			p.UI.Units = rate.units
		case *LimitFlag:
			if rate.rated {
				p.UI.Units = rate.units
			}
		}
	})
}

// TimeFlag is an option that takes a time or an age. The zero value means that it was not given.
type TimeFlag struct {
	time  time.Time
	age   time.Duration
	given bool
}

func (f *TimeFlag) String() string {
	switch {
	case !f.given:
		return ""
	case f.time.IsZero():
		return term.DurationText(f.age)
	}
	return f.time.Format(time.RFC3339)
}

// Set parses a date, which means its midnight in the local time zone, a time, or an age.
func (f *TimeFlag) Set(s string) error {
	for _, layout := range []string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			*f = TimeFlag{time: t, given: true}
			return nil
		}
	}
	if age, err := term.ParseDuration(s); err == nil {
		*f = TimeFlag{age: age, given: true}
		return nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("%q is not a time; a time looks like 2026-06-01, 2026-06-01 12:00:00, 2026-06-01T12:00:00Z, or 7d for 7 days ago", s)
	}
	*f = TimeFlag{time: t, given: true}
	return nil
}

// Type returns the name of the value in the help text.
func (f *TimeFlag) Type() string { return "TIME" }

// Given reports whether the option was given.
func (f *TimeFlag) Given() bool { return f.given }

// At returns the time, as of now if the user has written an age. It is zero if the option was
// not given.
func (f *TimeFlag) At(now time.Time) time.Time {
	if f.given && f.time.IsZero() {
		return now.Add(-f.age)
	}
	return f.time
}

// DayAt is like [TimeFlag.At], but rounds an age down to a whole day (UTC), so that the same
// command line means the same time all day.
func (f *TimeFlag) DayAt(now time.Time) time.Time {
	if f.given && f.time.IsZero() {
		return f.At(now).UTC().Truncate(24 * time.Hour)
	}
	return f.time
}

// DurationFlag is an option that takes a length of time.
type DurationFlag time.Duration

// AddDuration adds an option that takes a length of time. usage may name the value in backquotes.
func AddDuration(f *pflag.FlagSet, d *time.Duration, name string, byDefault time.Duration, usage string) {
	*d = byDefault
	f.Var((*DurationFlag)(d), name, usage)
}

func (f *DurationFlag) String() string { return term.DurationText(time.Duration(*f)) }

// Set implements pflag.Value.
func (f *DurationFlag) Set(s string) error {
	d, err := term.ParseDuration(s)
	*f = DurationFlag(d)
	return err
}

// Type returns the name of the value in the help text.
func (f *DurationFlag) Type() string { return "TIME" }

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
