package verbtest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"firn/depot"
	"firn/upload"
)

// slowFastSlow returns limits that begin now, at a whole minute: after a minute they are eight
// times as high, and after another minute as before. With them, 9.375 MiB take three minutes.
func slowFastSlow(t *testing.T) (limits depot.Timetable) {
	t.Helper()
	begin := time.Now()
	if begin.Second() != 0 {
		t.Fatalf("%s is no whole minute", begin)
	}
	for after, rate := range []int64{16 << 10, 128 << 10, 16 << 10} {
		at := begin.Add(time.Duration(after) * time.Minute)
		limits = append(limits, depot.Change{Day: at.Weekday(), Minute: at.Hour()*60 + at.Minute(), Rate: rate})
	}
	return limits
}

func wantThreeMinutes(t *testing.T, took time.Duration) {
	t.Helper()
	if off := took - 3*time.Minute; off < -10*time.Second || off > 10*time.Second {
		t.Errorf("took %s, want three minutes", took)
	}
}

// An upload follows a timetable, and several uploads follow it together.
func TestUploadsFollowATimetable(t *testing.T) {
	for name, sizes := range map[string][]int64{"one file": sizes(1, 75*mib/8), "two files": sizes(2, 75*mib/16)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				_, items := d.queuedUploads(sizes...)
				begin := time.Now()
				for item, out := range upload.All(t.Context(), d.depot(0), items, upload.Options{Concurrency: 2, Limits: slowFastSlow(t)}) {
					if out.Err != nil {
						t.Errorf("%q: %v", item.Path, out.Err)
					}
				}
				wantThreeMinutes(t, time.Since(begin))
				begin = time.Now().Truncate(time.Minute).Add(time.Minute)
				wait(time.Until(begin))
				if _, err := upload.File(t.Context(), d.depot(0), items[0].Path, upload.Options{
					Concurrency: 2, Again: true, LimitRate: 1, Limits: slowFastSlow(t),
				}); err != nil {
					t.Fatal(err)
				}
				if len(sizes) == 1 {
					wantThreeMinutes(t, time.Since(begin))
				}
				// The connection may be faster than the limits.
				if rate, err := d.catalog.Rate(t.Context(), rigURL); rate != 0 || err != nil {
					t.Errorf("learned a rate of %f, %v", rate, err)
				}
			})
		})
	}
}

func TestADownloadFollowsATimetable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, 75*mib/8)
		a := d.store(data)
		d.retrieve(a, d.retrieving())
		wait(jobTime)
		o := d.downloading()
		o.Limits = slowFastSlow(t)
		got, err := d.download(a, o)
		if err != nil {
			t.Fatal(err)
		}
		d.wantFile(data)
		wantThreeMinutes(t, got.Busy)
		if rate, err := d.catalog.DownloadRate(t.Context(), rigURL); rate != 0 || err != nil {
			t.Errorf("learned a rate of %f, %v", rate, err)
		}
	})
}
