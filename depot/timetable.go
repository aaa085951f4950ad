package depot

import (
	"cmp"
	"slices"
	"time"
)

// Timetable says how many bytes a second a transfer may use at each time of the week, in the
// time zone of the clock. A change is valid until the next one, over the end of the week too. An
// empty timetable sets no limit.
type Timetable []Change

// Change is the beginning of a limit.
type Change struct {
	Day    time.Weekday // with the minute, the time of the week
	Minute int          // of the day
	Rate   int64        // bytes per second; 0: no limit
}

// Or returns the timetable or, if it is empty, one that always has the same limit in bytes per
// second. A limit of 0 is none.
func (t Timetable) Or(rate int64) Timetable {
	if len(t) > 0 || rate <= 0 {
		return t
	}
	return Timetable{{Rate: rate}}
}

// IsLimited reports whether there is a limit at any time.
func (t Timetable) IsLimited() bool {
	return slices.ContainsFunc(t, func(c Change) bool { return c.Rate > 0 })
}

// Most returns the highest limit in bytes per second, or 0 if there is none at some time.
func (t Timetable) Most() int64 {
	if len(t) == 0 || slices.ContainsFunc(t, func(c Change) bool { return c.Rate <= 0 }) {
		return 0
	}
	return slices.MaxFunc(t, func(a, b Change) int { return cmp.Compare(a.Rate, b.Rate) }).Rate
}

// At returns the limit at a time, in bytes per second, or 0 if there is none.
func (t Timetable) At(now time.Time) int64 {
	if len(t) == 0 {
		return 0
	}
	latest := slices.MaxFunc(t, func(a, b Change) int { return a.last(now).Compare(b.last(now)) })
	return latest.Rate
}

// Next returns the first time after now at which the limit differs from that of now; zero if it
// never does.
func (t Timetable) Next(now time.Time) (first time.Time) {
	rate := t.At(now)
	for _, c := range t {
		if at := c.next(now); c.Rate != rate && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// last returns the last time of the change, which may be now.
func (c Change) last(now time.Time) time.Time {
	if at := c.in(now, 0); !at.After(now) {
		return at
	}
	return c.in(now, -7)
}

// next returns the first time of the change after now.
func (c Change) next(now time.Time) time.Time {
	if at := c.in(now, 0); at.After(now) {
		return at
	}
	return c.in(now, 7)
}

// in returns the time of the change in the week of now, which begins on a Sunday, and that many
// days later. Dates instead of durations keep to the clock on the wall when it is put forward.
func (c Change) in(now time.Time, days int) time.Time {
	day := now.Day() + int(c.Day) - int(now.Weekday()) + days
	return time.Date(now.Year(), now.Month(), day, 0, c.Minute, 0, 0, now.Location())
}
