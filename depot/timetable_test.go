package depot_test

import (
	"testing"
	"time"

	"firn/depot"
)

func TestTimetable(t *testing.T) {
	// Slow in the hours of an office, and not limited from Friday evening on.
	var office depot.Timetable
	for day := time.Monday; day <= time.Friday; day++ {
		office = append(office, depot.Change{Day: day, Minute: 8 * 60, Rate: 512})
		evening := depot.Change{Day: day, Minute: 18*60 + 30, Rate: 4096}
		if day == time.Friday {
			evening.Rate = 0
		}
		office = append(office, evening)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		when, err := time.ParseInLocation(time.DateTime, text, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, c := range []struct {
		now  string
		rate int64
		next string
	}{
		{"2026-11-30 07:59:59", 0, "2026-11-30 08:00:00"}, // a Monday, before the first change
		{"2026-11-30 08:00:00", 512, "2026-11-30 18:30:00"},
		{"2026-11-30 20:00:00", 4096, "2026-12-01 08:00:00"},
		{"2026-12-04 18:30:00", 0, "2026-12-07 08:00:00"}, // Friday evening
		{"2026-12-06 12:00:00", 0, "2026-12-07 08:00:00"}, // Sunday
		{"2026-10-25 12:00:00", 0, "2026-10-26 08:00:00"}, // the clock was put back
		{"2026-03-27 19:00:00", 0, "2026-03-30 08:00:00"}, // it is put forward on Sunday
		{"2026-12-31 23:00:00", 4096, "2027-01-01 08:00:00"},
	} {
		if rate := office.At(at(c.now)); rate != c.rate {
			t.Errorf("at %s the limit is %d, want %d", c.now, rate, c.rate)
		}
		if next := office.Next(at(c.now)); !next.Equal(at(c.next)) {
			t.Errorf("after %s the next change is at %s, want %s", c.now, next, c.next)
		}
	}
	var none depot.Timetable
	if none.At(at("2026-11-30 08:00:00")) != 0 || !none.Next(at("2026-11-30 08:00:00")).IsZero() {
		t.Error("an empty timetable has a limit or a change")
	}
	one := depot.Timetable{{Day: time.Monday, Minute: 0, Rate: 7}}
	if now := at("2026-11-30 00:00:00"); one.At(now) != 7 || !one.Next(now).Equal(at("2026-12-07 00:00:00")) {
		t.Errorf("a single change: %d until %s", one.At(now), one.Next(now))
	}
}
