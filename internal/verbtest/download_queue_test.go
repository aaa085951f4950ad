package verbtest_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"firn/depot"
	"firn/download"
	"firn/internal/disk"
	"firn/jobs"
	"firn/record"
	"firn/vault"
)

// queued is the directory of the rig, and items for archives, called a, b and so on.
func (d *rig) queued(archives ...record.Archive) (room *download.Directory, items []download.Item) {
	d.t.Helper()
	room, err := download.OpenDirectory(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { closed(d.t, room) })
	for i, a := range archives {
		items = append(items, download.Item{Archive: a, Name: string(rune('a' + i))})
	}
	return room, items
}

func TestAllBringsEachArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := map[string][]byte{"a": content(1, mib), "b": content(2, 2*mib+5), "c": {}}
		room, items := d.queued(d.store(data["a"]), d.store(data["b"]), d.store(data["c"]))
		items[1].Name = filepath.Join("films", "june")
		data[items[1].Name] = data["b"]
		begin, o := time.Now(), d.downloading()
		for i, got := range room.All(t.Context(), o.Depot, items, o.Options) {
			if got.Err != nil || got.Path != filepath.Join(d.dir, i.Name) {
				t.Errorf("%q: %+v", i.Name, got)
			}
			if there, err := os.ReadFile(filepath.Join(d.dir, i.Name)); err != nil || !bytes.Equal(there, data[i.Name]) {
				t.Errorf("%q: %d bytes, %v", i.Name, len(there), err)
			}
			delete(data, i.Name)
		}
		if len(data) != 1 {
			t.Errorf("not all were told: %d", len(data))
		}
		if time.Since(begin) > 2*jobTime {
			t.Errorf("they were waited for one after the other, for %s", time.Since(begin))
		}
	})
}

// No more is requested than the line can read before the outputs expire.
func TestAllStartsNoMoreThanTheLineReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		room, items := d.queued(d.store(content(1, mib)), d.store(content(2, mib)), d.store(content(3, mib)))
		o := d.downloading()
		o.EstimateRate = 2.5 * mib / (lifetime.Seconds() * 5 / 6)
		ended := 0
		o.Waiting = func(depot.Waiting) {
			if begun := len(d.vault.starts); begun > 2+ended {
				t.Errorf("%d jobs, when %d are here", begun, ended)
			}
		}
		for i, got := range room.All(t.Context(), o.Depot, items, o.Options) {
			if got.Err != nil {
				t.Errorf("%q: %v", i.Name, got.Err)
			}
			ended++
		}
		if ended != 3 {
			t.Errorf("%d ended", ended)
		}

		again := d.downloading()
		again.EstimateRate, again.NoWait = o.EstimateRate, true
		var left int
		room, items = d.queued(d.store(content(4, mib)), d.store(content(5, mib)), d.store(content(6, mib)))
		for i := range items {
			items[i].Name = "more " + items[i].Name
		}
		for i, got := range room.All(t.Context(), again.Depot, items, again.Options) {
			switch {
			case errors.Is(got.Err, jobs.ErrNotStarted):
				left++
			case !errors.Is(got.Err, vault.ErrNotReady):
				t.Errorf("%q: %v", i.Name, got.Err)
			}
		}
		if left != 1 {
			t.Errorf("%d were left, want 1", left)
		}
	})
}

// An error that is about no single archive, and the end of ctx, end it all.
func TestAllEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		room, items := d.queued(d.store(content(1, mib)), d.store(content(2, mib)))
		time.AfterFunc(time.Hour, d.drain())
		o, begin, told := d.downloading(), time.Now(), 0
		for _, got := range room.All(d.ctx, o.Depot, items, o.Options) {
			told++
			if !errors.Is(got.Err, depot.ErrInterrupted) || !errors.Is(got.Err, context.Canceled) {
				t.Errorf("got %v", got.Err)
			}
		}
		if told != 1 || time.Since(begin) != time.Hour {
			t.Errorf("%d were told, after %s", told, time.Since(begin))
		}
	})
}

// Items of one archive share its job, and each of them comes.
func TestAllBringsAnArchiveTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, 4*mib)
		a, other := d.store(data), d.store(content(2, mib))
		room, items := d.queued(a, a, other)
		items[1].Range = vault.Range{Offset: mib, Size: mib}
		o := d.downloading()
		o.EstimateRate = 5.5 * mib / (lifetime.Seconds() * 5 / 6) // no window for the third beside them
		came := make(map[string]int64)
		for i, got := range room.All(t.Context(), o.Depot, items, o.Options) {
			if got.Err != nil {
				t.Errorf("%q: %v", i.Name, got.Err)
			}
			came[i.Name] += got.Range.Size
		}
		if len(came) != 3 || came["a"] != 4*mib || came["b"] != mib || came["c"] != mib {
			t.Errorf("there came %v", came)
		}
		if got, err := os.ReadFile(filepath.Join(d.dir, "b")); err != nil || !bytes.Equal(got, data[mib:2*mib]) {
			t.Errorf("the range: %d bytes, %v", len(got), err)
		}
	})
}

// Whatever is known of the line, the end of ctx is one error.
func TestAllIsInterruptedFromTheStart(t *testing.T) {
	for name, rate := range map[string]float64{"a rate": mib, "none": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				room, items := d.queued(d.store(content(1, mib)), d.store(content(2, mib)))
				d.drain()()
				o, told := d.downloading(), 0
				o.EstimateRate = rate
				for _, got := range room.All(d.ctx, o.Depot, items, o.Options) {
					if told++; !errors.Is(got.Err, depot.ErrInterrupted) {
						t.Errorf("got %v", got.Err)
					}
				}
				if told != 1 {
					t.Errorf("%d were told", told)
				}
			})
		})
	}
}

// huge is a vault that gives its archives another size.
type huge struct {
	vault.Vault
	size int64
}

func (h huge) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	j, err := h.Vault.Job(ctx, id)
	j.ArchiveSize, j.Range = h.size, vault.Range{Size: h.size}
	return j, err
}

// What the other archives of a queue will write is no free space.
func TestAllReservesSpace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		free, err := disk.Free(d.dir)
		if err != nil {
			t.Fatal(err)
		}
		first, second := d.store(content(1, mib)), d.store(content(2, mib))
		first.Size, second.Size = free/3*2, free/3*2
		room, items := d.queued(first, second)
		o := d.downloading()
		o.NoWait, o.EstimateRate = true, float64(free)
		var ends []error
		for _, got := range room.All(t.Context(), at(huge{d.vault, first.Size}, o.Depot), items, o.Options) {
			ends = append(ends, got.Err)
		}
		if len(ends) != 2 || !errors.Is(ends[0], vault.ErrNotReady) || !errors.Is(ends[1], download.ErrNoSpace) || len(d.atVault()) != 1 {
			t.Errorf("they ended with %v; %d jobs", ends, len(d.atVault()))
		}
	})
}

func TestAllSharesTheListOfJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		theirs := d.store(content(3, mib))
		room, items := d.queued(d.store(content(1, mib)), d.store(content(2, mib)), theirs)
		o := d.downloading()
		o.NoWait = true
		n := 0
		for i, got := range room.All(t.Context(), o.Depot, items, o.Options) {
			if !errors.Is(got.Err, vault.ErrNotReady) {
				t.Fatalf("%q: %v", i.Name, got.Err)
			}
			if n++; n != 2 {
				continue
			}
			if d.vault.listed != 1 {
				t.Errorf("the vault listed its jobs %d times", d.vault.listed)
			}
			// A list that is old might lack what somebody else has started.
			if _, err := d.below.StartJob(t.Context(), vault.JobRequest{
				Kind: vault.RetrieveArchive, Archive: theirs.ID, Tier: vault.Standard,
			}); err != nil {
				t.Fatal(err)
			}
			wait(time.Hour)
		}
		if d.vault.listed != 2 || len(d.vault.starts) != 2 {
			t.Errorf("%d lists and %d starts of our own; want 2 and 2", d.vault.listed, len(d.vault.starts))
		}
	})
}
