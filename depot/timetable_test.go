package depot_test

import (
	"math"
	"slices"
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
	if none.IsLimited() || none.Most() != 0 || none.Or(0).IsLimited() {
		t.Error("an empty timetable is limited")
	}
	if !office.IsLimited() || office.Most() != 0 {
		t.Errorf("without a limit at the weekend, the most is %d", office.Most())
	}
	if !slices.Equal(office.Or(7), office) {
		t.Error("a timetable gives way to a single rate")
	}
	one := none.Or(7)
	if now := at("2026-11-30 00:00:00"); one.At(now) != 7 || one.Most() != 7 || !one.IsLimited() || !one.Next(now).IsZero() {
		t.Errorf("a single rate: %d until %s, at most %d", one.At(now), one.Next(now), one.Most())
	}
	// A change to the same rate is none.
	daily := depot.Timetable{{Day: time.Monday, Rate: 7}, {Day: time.Tuesday, Rate: 7}, {Day: time.Wednesday, Rate: 9}}
	if now := at("2026-11-30 12:00:00"); !daily.Next(now).Equal(at("2026-12-02 00:00:00")) || daily.Most() != 9 {
		t.Errorf("the next change is at %s, the most %d", daily.Next(now), daily.Most())
	}
}

func TestTimetableAverage(t *testing.T) {
	everyDay := func(minute int, rate int64) (changes depot.Timetable) {
		for day := time.Sunday; day <= time.Saturday; day++ {
			changes = append(changes, depot.Change{Day: day, Minute: minute, Rate: rate})
		}
		return changes
	}
	nights := append(everyDay(6*60, 1000), everyDay(18*60, 0)...) // limited for 12 of 24 hours
	for name, c := range map[string]struct {
		table      depot.Timetable
		rate, want float64
	}{
		"no timetable":                {nil, 5000, 5000},
		"one limit":                   {depot.Timetable{{Rate: 1000}}, 5000, 1000},
		"a slow connection":           {depot.Timetable{{Rate: 1000}}, 500, 500},
		"limited by day":              {nights, 5000, 3000},
		"limited by day, rate is new": {nights, 0, 0},
		"two limits":                  {append(everyDay(0, 1000), everyDay(18*60, 5000)...), 0, 2000},
		"over the end of the week":    {depot.Timetable{{Day: time.Friday, Rate: 700}, {Day: time.Sunday, Rate: 1400}}, 0, 1200},
	} {
		if got := c.table.Average(c.rate); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s: %f, want %f", name, got, c.want)
		}
	}
}
