package progress

import (
	"errors"
	"testing"
	"time"

	"firn/depot"
	"firn/record"
)

// clock is a clock that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestBackupIsShown(t *testing.T) {
	c := &clock{time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
	b := &Backup{now: c.now}
	expect := func(columns int, want string) {
		t.Helper()
		if got := b.text(columns); got != want {
			t.Errorf("in %d columns:\n%s\nwant\n%s", columns, got, want)
		}
	}
	expect(77, "")
	expect(0, "")
	b.Packing(depot.Packing{Path: "home/\x1b[2J.txt", Files: 1234, Bytes: gib, Read: 100 << 20})
	expect(77, "      1,234 files  1.00 GiB  0/0 packs stored\n"+`  /home/\x1b[2J.txt`)
	expect(0, "1,234 files, 1 GiB compared, 100 MiB read, 0 of 0 packs stored")
	b.Packing(depot.Packing{Path: "home/b", Files: 2345, Bytes: 2 * gib, Read: gib, Packs: 2})
	b.Sending(depot.Progress{Size: gib})
	b.text(77)
	c.at = c.at.Add(10 * time.Second)
	b.Sending(depot.Progress{Size: gib, Done: 90 << 20, InFlight: 10 << 20})
	expect(77, "      2,345 files  2.00 GiB  0/2 packs stored  sent  100 MiB  10.0 MiB/s\n  /home/b")
	expect(60, "      2,345 files  2.00 GiB  0/2 packs stored  sent  100 MiB\n  /home/b")
	b.Sending(depot.Progress{Size: gib, Done: gib})
	b.Packing(depot.Packing{Path: "home/b", Files: 2345, Bytes: 2 * gib, Read: gib, Packs: 2, Stored: 1})
	b.Sending(depot.Progress{Size: gib, Done: 600 << 20, Resumed: 500 << 20, Waiting: errors.New("no answer"), Until: c.at.Add(9 * time.Second)})
	expect(77, "      2,345 files  2.00 GiB  1/2 packs stored  sent 1.10 GiB  10.0 MiB/s\nwaiting 9 s: no answer")
	object, ok := b.status()
	if o, is := object.(backupStatus); !ok || !is || o.State != retrying || o.Reason != "no answer" || o.BytesSent != gib+100<<20 || o.PacksStored != 1 {
		t.Errorf("the status is %+v", object)
	}
}

func TestRestoreIsShown(t *testing.T) {
	c := &clock{time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
	transfer := &Transfer{whole: Whole{Files: 1}, now: c.now, shown: shown{now: func() {}}}
	transfer.only = transfer.File("", -1)
	r := &Restore{transfer: transfer, ranges: map[int]depot.Progress{}}
	expect := func(columns int, want string) {
		t.Helper()
		if got := r.text(columns); got != want {
			t.Errorf("in %d columns:\n%s\nwant\n%s", columns, got, want)
		}
	}
	expect(77, "")
	r.Restoring(depot.Restoring{Found: 12_345})
	expect(77, "12,345 files found on record")
	object, ok := r.status()
	if o, is := object.(statusObject); !ok || !is || o.State != reading || o.EntriesDone != 12_345 {
		t.Errorf("the status is %+v", object)
	}
	r.Begin(4 << 20)
	expect(77, "  0 of 12,345 files")
	expect(0, "")
	r.Wait(depot.Waiting{Jobs: []record.Job{{ID: "job"}}, Usually: 4 * time.Hour})
	expect(77, "waiting for job job: started by somebody else, usually done after 4 h\n  0 of 12,345 files")
	r.Update(depot.Progress{Item: 0, Size: 2 << 20})
	r.Update(depot.Progress{Item: 1, Size: 2 << 20})
	r.text(77)
	c.at = c.at.Add(time.Second)
	r.Update(depot.Progress{Item: 0, Size: 2 << 20, Done: 2 << 20})
	r.Update(depot.Progress{Item: 1, Size: 2 << 20, InFlight: 1 << 20})
	r.Restoring(depot.Restoring{Found: 12_345, Files: 7, Path: "home/a"})
	expect(77, "3.00 MiB of 4 MiB  [=========    ]   75%  3.00 MiB/s        0.3 s left\n  7 of 12,345 files  /home/a")
	expect(0, "7 of 12,345 files, 75%, 3 MiB of 4 MiB, 3 MiB/s, 0.3 s left, 1.00 MiB in flight")
	object, ok = r.status()
	if o, is := object.(statusObject); !ok || !is || o.State != transferring || o.BytesDone != 3<<20 || o.FilesDone != 7 || o.FilesTotal != 12_345 {
		t.Errorf("the status is %+v", object)
	}
}
