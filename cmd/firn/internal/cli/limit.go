package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
)

// LimitFlag is an option that limits the rate of transfers: always to the same rate, or by a
// timetable. Its form is that of rclone's --bwlimit. The zero value sets no limit.
type LimitFlag struct {
	text  string
	up    depot.Timetable
	down  depot.Timetable
	units humane.Units // of the first rate
	rated bool         // there is a rate
	words []string     // of the entries of up and down
}

// Up returns the limit of uploads.
func (f *LimitFlag) Up() depot.Timetable { return f.up }

// Down returns the limit of downloads.
func (f *LimitFlag) Down() depot.Timetable { return f.down }

func (f *LimitFlag) String() string { return f.text }

// Type returns the name of the value in the help text.
func (f *LimitFlag) Type() string { return "RATE" }

// Set parses a rate ("5M"), a rate for each direction ("5M:1M", up first), "off", or changes
// separated by spaces, each with the time from which it is valid: "08:00,512K 18:30,off", with a
// weekday "Mon-08:00,512K Fri-18:30,off".
func (f *LimitFlag) Set(s string) error {
	parsed := LimitFlag{text: s}
	if !strings.Contains(s, ",") {
		up, down, err := parsed.rates(s)
		if err != nil {
			return err
		}
		parsed.up, parsed.down = parsed.up.Or(up), parsed.down.Or(down)
	} else {
		for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return unicode.IsSpace(r) || r == ';' }) {
			if err := parsed.add(word); err != nil {
				return err
			}
		}
	}
	*f = parsed
	return nil
}

// add takes one change of a timetable.
func (f *LimitFlag) add(word string) error {
	when, rates, ok := strings.Cut(word, ",")
	if !ok {
		return fmt.Errorf("%q is not an entry of a timetable; an entry looks like 08:00,512K or Mon-18:30,5M:1M", word)
	}
	up, down, err := f.rates(rates)
	if err != nil {
		return err
	}
	days := []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
	if day, clock, ok := strings.Cut(when, "-"); ok {
		i := slices.IndexFunc(days, func(d time.Weekday) bool {
			return strings.EqualFold(day, d.String()) || strings.EqualFold(day, d.String()[:3])
		})
		if i < 0 {
			return fmt.Errorf("%q is not a day of the week; a day looks like Mon or Monday", day)
		}
		days, when = days[i:i+1], clock
	}
	at, err := time.Parse("15:04", when)
	if err != nil {
		return fmt.Errorf("%q is not a time of day; a time looks like 08:00", when)
	}
	for _, day := range days {
		minute := at.Hour()*60 + at.Minute()
		same := func(c depot.Change) bool { return c.Day == day && c.Minute == minute }
		if i := slices.IndexFunc(f.up, same); i >= 0 {
			return fmt.Errorf("%q and %q begin at the same time", f.words[i], word)
		}
		f.words = append(f.words, word)
		f.up = append(f.up, depot.Change{Day: day, Minute: minute, Rate: up})
		f.down = append(f.down, depot.Change{Day: day, Minute: minute, Rate: down})
	}
	return nil
}

// rates reads a rate for both directions, or two rates.
func (f *LimitFlag) rates(s string) (up, down int64, err error) {
	first, second, both := strings.Cut(s, ":")
	if up, err = f.rate(first); err != nil || !both {
		return up, up, err
	}
	down, err = f.rate(second)
	return up, down, err
}

func (f *LimitFlag) rate(s string) (int64, error) {
	if strings.EqualFold(s, "off") {
		return 0, nil
	}
	rate, err := term.ParseRate(s)
	if err == nil && !f.rated {
		f.units, f.rated = term.UnitsOf(s), true
	}
	return int64(rate), err
}
