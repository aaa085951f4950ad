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

// Average returns the mean rate of a transfer over a week, in bytes per second. rate is that of the
// connection, which counts where there is no limit or a higher one. 0 stands for an unknown rate,
// and for an unknown result.
func (t Timetable) Average(rate float64) float64 {
	const week = 7 * 24 * 60 // minutes
	if len(t) == 0 {
		return rate
	}
	changes := slices.SortedFunc(slices.Values(t), func(a, b Change) int { return cmp.Compare(a.minute(), b.minute()) })
	sum := 0.0
	for i, c := range changes {
		valid := week // minutes
		if len(changes) > 1 {
			next := changes[(i+1)%len(changes)]
			valid = (next.minute() - c.minute() + week) % week
		}
		bounded := BoundedRate(rate, float64(c.Rate))
		if bounded == 0 && valid > 0 {
			return 0
		}
		sum += bounded * float64(valid) / week
	}
	return sum
}

// minute returns the minute of the week, which begins on a Sunday.
func (c Change) minute() int { return int(c.Day)*24*60 + c.Minute }

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
