package keep

import "time"

// Period is a kind of period of the calendar.
type Period int

// The kinds of periods.
const (
	Each Period = iota // each snapshot has a period of its own
	Minute
	Hour
	Day
	Week // from Monday
	Month
	Quarter // from January, April, July or October
	Half    // from January or July
	Year

	Periods // how many kinds there are
)

// String returns the word for a snapshot that is the newest of its period.
func (p Period) String() string {
	return [Periods]string{
		"last", "minutely", "hourly", "daily", "weekly", "monthly", "quarter-yearly", "half-yearly", "yearly",
	}[p]
}

// begin returns the beginning of the period that has the time t, in the zone of t.
func (p Period) begin(t time.Time) time.Time {
	year, month, day := t.Date()
	date := func(month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
	}
	switch p {
	case Minute:
		return time.Date(year, month, day, t.Hour(), t.Minute(), 0, 0, t.Location())
	case Hour:
		return time.Date(year, month, day, t.Hour(), 0, 0, 0, t.Location())
	case Day:
		return date(month, day)
	case Week:
		return date(month, day-int(t.Weekday()+6)%7)
	case Month:
		return date(month, 1)
	case Quarter:
		return date(month-(month-1)%3, 1)
	case Half:
		return date(month-(month-1)%6, 1)
	case Year:
		return date(time.January, 1)
	}
	return t
}
