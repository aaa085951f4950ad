package verbtest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"firn/depot"
	"firn/jobs"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

func TestDownloadContinues(t *testing.T) {
	data := content(1, threeSegments)
	third := vault.Range{Offset: 32 * mib, Size: 8*mib + 5}
	for name, test := range map[string]struct {
		between func(d *rig, a record.Archive)
		reads   []int64 // offsets, in MiB
	}{
		"where it was": {func(*rig, record.Archive) {}, []int64{32}},
		"with a flipped bit": {func(d *rig, _ record.Archive) {
			f, err := os.OpenFile(d.target()+".part", os.O_RDWR, 0)
			if err != nil {
				d.t.Fatal(err)
			}
			_, err = f.WriteAt([]byte{0}, 20*mib)
			_, err2 := f.WriteAt([]byte{1}, 20*mib+1)
			if err := errors.Join(err, err2, f.Close()); err != nil {
				d.t.Fatal(err)
			}
		}, []int64{16, 32}},
		"emptied": {func(d *rig, _ record.Archive) {
			if err := os.Truncate(d.target()+".part", 0); err != nil {
				d.t.Fatal(err)
			}
		}, []int64{0, 16, 32}},
		"without the file": {func(d *rig, _ record.Archive) {
			if err := os.Remove(d.target() + ".part"); err != nil {
				d.t.Fatal(err)
			}
		}, []int64{0, 16, 32}},
		"after everything expired": {func(*rig, record.Archive) { wait(10 * lifetime) }, []int64{32}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(data)
				d.unfinished(a)
				if info, err := os.Stat(d.target() + ".part"); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("mode %v, %v", info.Mode(), err)
				}
				test.between(d, a)
				d.vault.starts = nil
				got, err := d.download(a, d.downloading())
				if err != nil || got.Resumed+got.Received != threeSegments {
					t.Fatalf("%+v, %v", got, err)
				}
				d.wantFile(data)
				d.wantNotice("continuing the download begun")
				read := make(map[int64]int)
				for _, r := range d.vault.reads {
					read[r.Offset/mib]++
				}
				for _, offset := range test.reads {
					if read[offset] != 1 {
						t.Errorf("read %v, want those from MiB %v", d.vault.reads, test.reads)
					}
				}
				if len(read) != len(test.reads) && name != "after everything expired" {
					t.Errorf("read %v, want those from MiB %v", d.vault.reads, test.reads)
				}
				// The bytes that are already here are not retrieved again.
				for _, req := range d.vault.starts {
					if req.Range.Offset < third.Offset {
						t.Errorf("asked for %+v", req)
					}
				}
			})
		})
	}
}

// A download of another range of the archive does not continue an interrupted one. It
// replaces it.
func TestAnotherRangeBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, threeSegments)
		a := d.store(data)
		d.unfinished(a)
		o := d.downloading()
		o.Range = vault.Range{Offset: 16 * mib, Size: 16 * mib}
		if got, err := d.download(a, o); err != nil || got.Resumed != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		d.wantFile(data[16*mib : 32*mib])
		d.wantNotice("abandoning the unfinished download of other bytes")
	})
}

// A download does not continue the unfinished file of another archive.
func TestTheUnfinishedFileOfAnotherArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data, others := content(1, threeSegments), content(2, threeSegments)
		a, other := d.store(data), d.store(others)
		d.unfinished(a)
		if _, err := d.download(other, d.downloading()); !errors.Is(err, vault.ErrExists) {
			t.Errorf("%v", err)
		}
		o := d.downloading()
		o.Force = true
		if _, err := d.download(other, o); err != nil {
			t.Error(err)
		}
		d.wantFile(others)
		// The record of the first download does not count any more.
		if err := os.Remove(d.target()); err != nil {
			t.Fatal(err)
		}
		if got, err := d.download(a, d.downloading()); err != nil || got.Resumed != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		d.wantFile(data)
	})
}

// The output expires during a slow download. The download keeps the bytes that it has, and
// asks only for the rest.
func TestAnOutputThatExpiresInTheMiddle(t *testing.T) {
	data := content(1, threeSegments)
	for name, first := range map[string]vault.Range{
		"of the whole":   {},
		"of a range":     {Offset: 2 * mib, Size: 38*mib + 5},
		"of a few nodes": {Offset: mib, Size: 37 * mib},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(data)
				ahead := d.retrieving() // a retrieval that does not know how slow the download will be
				ahead.Range = first
				for _, err := range jobs.RetrieveAll(t.Context(), at(d.vault, ahead.Depot), []record.Archive{a}, ahead.Options) {
					if err != nil {
						t.Fatal(err)
					}
				}
				o := d.downloading()
				o.Range = first
				o.Concurrency, o.LimitRate = 1, 300 // bytes per second: 25 MiB in the life of an output
				got, err := d.download(a, o)
				if first.IsZero() {
					first.Size = a.Size
				}
				if err != nil || got.TreeHash != treehash.Sum(data[first.Offset:first.End()]) {
					t.Fatalf("%+v, %v", got, err)
				}
				d.wantFile(data[first.Offset:first.End()])
				d.wantNotice("retrieving only the missing bytes again")
				var asked int64
				again := false
				for _, req := range d.vault.starts {
					if req.Range.IsZero() {
						req.Range.Size = a.Size
					}
					asked += req.Range.Size
					again = again || req.Range.Size < first.Size
					if !treehash.Aligned(req.Range.Offset, req.Range.End()-1, a.Size) {
						t.Errorf("%+v is no node", req.Range)
					}
				}
				if !again || asked >= 2*first.Size {
					t.Errorf("asked for %d bytes: %+v", asked, d.vault.starts)
				}
				for _, j := range d.onRecord(a)[len(d.vault.starts)-1:] {
					if j.Status != record.Gone {
						t.Errorf("the first job is %q", j.Status)
					}
				}
			})
		})
	}
}

// A download does not pay for new jobs forever if the vault never has their outputs.
func TestOutputsThatAreNeverThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, mib))
		d.vault.output = func(_ vault.Range, out vault.Output) (vault.Output, error) {
			return out, fmt.Errorf("the output: %w", vault.ErrExpired)
		}
		if _, err := d.download(a, d.downloading()); !errors.Is(err, depot.ErrGaveUp) || len(d.vault.starts) > 4 {
			t.Errorf("%v after %d jobs", err, len(d.vault.starts))
		}
	})
}

func TestAnArchiveThatWasDeletedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, mib))
		time.AfterFunc(time.Hour, func() {
			if err := d.below.DeleteArchive(context.Background(), a.ID); err != nil {
				t.Error(err)
			}
		})
		if _, err := d.download(a, d.downloading()); !errors.Is(err, jobs.ErrJobFailed) {
			t.Errorf("%v", err)
		}
		if _, err := d.download(a, d.downloading()); !errors.Is(err, vault.ErrNotFound) || len(d.vault.starts) != 2 {
			t.Errorf("%v", err)
		}
	})
}

func TestADrainLeavesWhatCanBeContinued(t *testing.T) {
	data := content(1, threeSegments)
	for name, after := range map[string]time.Duration{"while it waits": time.Hour, "while bytes come": jobTime + time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(data)
				o := d.downloading()
				o.LimitRate = 4 << 10
				time.AfterFunc(after, d.drain())
				if _, err := d.download(a, o); !errors.Is(err, depot.ErrInterrupted) {
					t.Fatalf("%v", err)
				}
				d.ctx = t.Context()
				got, err := d.download(a, d.downloading())
				if err != nil || len(d.atVault()) != 1 {
					t.Errorf("%+v, %v; %d jobs", got, err, len(d.atVault()))
				}
				d.wantFile(data)
			})
		})
	}
}

// A run that ended after it renamed the file, and before it recorded that, was finished.
func TestTheLastStepIsNotRepeated(t *testing.T) {
	for name, r := range map[string]vault.Range{"whole": {}, "a range": {Offset: mib, Size: 2 * mib}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				data := content(1, 4*mib)
				a := d.store(data)
				o := d.downloading()
				o.Range, o.Journal = r, &unsaid{Catalog: d.catalog}
				if _, err := d.download(a, o); !errors.Is(err, errFlaw) {
					t.Fatalf("%v", err)
				}
				// The run also ended before it removed the second name.
				if err := os.Link(d.target(), d.target()+".part"); err != nil {
					t.Fatal(err)
				}
				o.Journal = d.catalog
				before := len(d.vault.reads)
				got, err := d.download(a, o)
				if err != nil || !got.AlreadyPresent || len(d.vault.reads) != before {
					t.Errorf("%+v, %v", got, err)
				}
				d.wantNothingBeside()
				kept, err := d.catalog.FindDownload(t.Context(), rigURL, a.ID, d.target())
				if err != nil || kept.State != record.Received {
					t.Errorf("on record: %+v, %v", kept, err)
				}
			})
		})
	}
}
