package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firn/cmd/firn/internal/term"
	"firn/depot"
)

// LimitFlag is an option that limits the rate of transfers: always to the same rate, or by a
// timetable. Its form is that of rclone's --bwlimit. The zero value sets no limit.
type LimitFlag struct {
	text string
	up   limit
	down limit
}

// limit is the limit of one direction.
type limit struct {
	rate  int64           // bytes per second; 0: none, or by the timetable
	times depot.Timetable // instead of rate
}

// Up returns the limit of uploads: a rate in bytes per second, or 0, and a timetable, or nil.
func (f *LimitFlag) Up() (int64, depot.Timetable) { return f.up.rate, f.up.times }

// Down returns the limit of downloads.
func (f *LimitFlag) Down() (int64, depot.Timetable) { return f.down.rate, f.down.times }

func (f *LimitFlag) String() string { return f.text }

// Type returns the name of the value in the help text.
func (f *LimitFlag) Type() string { return "RATE" }

// Set parses a rate ("5M"), a rate for each direction ("5M:1M", up first), "off", or changes
// separated by spaces, each with the time from which it is valid: "08:00,512K 18:30,off", with a
// weekday "Mon-08:00,512K Fri-18:30,off".
func (f *LimitFlag) Set(s string) error {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ';' })
	if len(words) == 1 && !strings.Contains(words[0], ",") {
		up, down, err := parseRates(words[0])
		if err != nil {
			return err
		}
		*f = LimitFlag{s, limit{rate: up}, limit{rate: down}}
		return nil
	}
	if len(words) == 0 {
		return fmt.Errorf("%q is no rate and no timetable", s)
	}
	parsed := LimitFlag{text: s}
	for _, word := range words {
		if err := parsed.add(word); err != nil {
			return err
		}
	}
	*f = parsed
	return nil
}

// add takes one change of a timetable.
func (f *LimitFlag) add(word string) error {
	when, rates, ok := strings.Cut(word, ",")
	if !ok {
		return fmt.Errorf("%q is no change of a timetable; one looks like 08:00,512K or Mon-18:30,5M:1M", word)
	}
	up, down, err := parseRates(rates)
	if err != nil {
		return err
	}
	days := []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
	if day, clock, ok := strings.Cut(when, "-"); ok {
		i := slices.IndexFunc(days, func(d time.Weekday) bool {
			return strings.EqualFold(day, d.String()) || strings.EqualFold(day, d.String()[:3])
		})
		if i < 0 {
			return fmt.Errorf("%q is no day of the week; one looks like Mon or Monday", day)
		}
		days, when = days[i:i+1], clock
	}
	at, err := time.Parse("15:04", when)
	if err != nil {
		return fmt.Errorf("%q is no time of the day; one looks like 08:00", when)
	}
	for _, day := range days {
		minute := at.Hour()*60 + at.Minute()
		f.up.times = append(f.up.times, depot.Change{Day: day, Minute: minute, Rate: up})
		f.down.times = append(f.down.times, depot.Change{Day: day, Minute: minute, Rate: down})
	}
	return nil
}

// parseRates reads a rate for both directions, or two rates.
func parseRates(s string) (up, down int64, err error) {
	first, second, both := strings.Cut(s, ":")
	if up, err = parseLimit(first); err != nil || !both {
		return up, up, err
	}
	down, err = parseLimit(second)
	return up, down, err
}

func parseLimit(s string) (int64, error) {
	if strings.EqualFold(s, "off") {
		return 0, nil
	}
	rate, err := term.ParseRate(s)
	return int64(rate), err
}
