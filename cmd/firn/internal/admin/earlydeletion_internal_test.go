package admin

import (
	"testing"
	"time"

	"firn/internal/price"
	"firn/record"
)

func TestEarlyDeletion(t *testing.T) {
	now := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	aged := func(days int, size int64) record.Archive {
		return record.Archive{Size: size, Created: now.AddDate(0, 0, -days)}
	}
	// 1,024 GiB × 0.0036 × 60/30 after 30 days.
	const source = " (Amazon Glacier in us-east-1 as of 2026-10-03)"
	young, old := aged(30, 1<<40-32<<10), aged(91, 1<<40)
	gone := young
	gone.State = record.Deleted
	unknown, ageless := record.Archive{Size: -1}, record.Archive{Size: 1 << 40}
	for _, c := range []struct {
		name  string
		table price.Table
		of    []record.Archive
		want  string
	}{
		{"an old one", price.Glacier(), []record.Archive{old}, ""},
		{
			"a young one", price.Glacier(),
			[]record.Archive{young},
			"it stayed in the vault for less than 90 days: deleting now costs about 7.37 USD" + source,
		},
		{
			"one of the future", price.Glacier(),
			[]record.Archive{aged(-5, 1<<40-32<<10)},
			"it stayed in the vault for less than 90 days: deleting now costs about 11.06 USD" + source,
		},
		{
			"an unknown one", price.Glacier(),
			[]record.Archive{unknown},
			"the size or age of it is unknown: deleting before 90 days have passed is billed for the rest" + source,
		},
		{
			"of all kinds", price.Glacier(),
			[]record.Archive{young, old, ageless, young},
			"2 of 4 archives stayed in the vault for less than 90 days: deleting now costs about 14.75 USD; " +
				"the size or age of 1 of 4 archives is unknown: deleting before 90 days have passed is billed for the rest" + source,
		},
		{"one that is deleted already", price.Glacier(), []record.Archive{gone}, ""},
		{"in a directory", price.Free(), []record.Archive{young, unknown}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := earlyDeletion{table: c.table, now: now}
			for _, a := range c.of {
				e.add(a)
			}
			if got := e.text(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
