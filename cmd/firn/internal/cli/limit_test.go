package cli_test

import (
	"testing"
	"time"

	"firn/cmd/firn/internal/cli"
)

func TestLimitFlag(t *testing.T) {
	monday := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	at := func(day time.Weekday, hour, minute int) time.Time {
		return monday.AddDate(0, 0, (int(day)+6)%7).Add(time.Duration(hour*60+minute) * time.Minute)
	}
	for text, want := range map[string]map[time.Time][2]int64{
		"off":          {monday: {0, 0}},
		"5MiB":         {monday: {5 << 20, 5 << 20}},
		"5MiB:1MB/s":   {monday: {5 << 20, 1e6}},
		"5 MiB:1 MB/s": {monday: {5 << 20, 1e6}},
		"off:1MB/s":    {monday: {0, 1e6}},
		"08:00,512KiB;18:30,off": {
			at(time.Monday, 7, 0): {0, 0}, at(time.Monday, 8, 0): {512 << 10, 512 << 10}, at(time.Sunday, 18, 31): {0, 0},
		},
		"Mon-08:00,1MiB:2MiB\n\tsaturday-00:00,off\n": {
			at(time.Monday, 7, 0): {0, 0}, at(time.Friday, 23, 0): {1 << 20, 2 << 20}, at(time.Sunday, 12, 0): {0, 0},
		},
	} {
		var f cli.LimitFlag
		if err := f.Set(text); err != nil || f.String() != text {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for when, rates := range want {
			up, down := f.Up().At(when), f.Down().At(when)
			if up != rates[0] || down != rates[1] {
				t.Errorf("%q at %s: up %d, down %d, want %v", text, when.Format("Mon 15:04"), up, down, rates)
			}
		}
	}
	for _, text := range []string{"", " ", "much", "5MiB:much", "08:00", "25:00,5MiB", "Mox-08:00,5MiB", "08:00,5MiB 09:00", "08:00,5MiB:1MiB:1MiB", ","} {
		var f cli.LimitFlag
		if err := f.Set(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

// Two entries for one time contradict each other, even if one is for every day.
func TestLimitFlagDuplicate(t *testing.T) {
	for text, want := range map[string]string{
		"08:00,512K 18:30,off 08:00,1M":   `"08:00,512K" and "08:00,1M" begin at the same time`,
		"08:00,512K Tue-8:00,1M":          `"08:00,512K" and "Tue-8:00,1M" begin at the same time`,
		"Mon-08:00,512K Monday-08:00,off": `"Mon-08:00,512K" and "Monday-08:00,off" begin at the same time`,
	} {
		var f cli.LimitFlag
		if err := f.Set(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	var f cli.LimitFlag
	if err := f.Set("Mon-08:00,512K Tue-08:00,512K"); err != nil {
		t.Errorf("the same time of two days: %v", err)
	}
}
