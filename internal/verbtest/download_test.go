package verbtest_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/download"
	"firn/internal/expected"
	"firn/jobs"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

func (d *rig) downloading() downloading {
	return downloading{d.depot(time.Hour), download.Options{Concurrency: 2}}
}

func (d *rig) target() string { return filepath.Join(d.dir, "back.bin") }

func (d *rig) download(a record.Archive, o downloading) (download.Result, error) {
	d.t.Helper()
	return download.File(d.ctx, at(d.vault, o.Depot), a, d.target(), o.Options)
}

// wantFile expects the target to have these bytes, and no file beside it.
func (d *rig) wantFile(data []byte) {
	d.t.Helper()
	d.wantContent(d.target(), data)
	d.wantNothingBeside()
}

func (d *rig) wantContent(path string, data []byte) {
	d.t.Helper()
	if err := expected.File(path, data); err != nil {
		d.t.Errorf("%q: %v", filepath.Base(path), err)
	}
}

func (d *rig) wantNothingBeside() {
	d.t.Helper()
	for _, name := range d.files() {
		if strings.HasSuffix(name, ".part") || strings.HasPrefix(name, ".firn") {
			d.t.Errorf("%s is left", name)
		}
	}
}

func (d *rig) files() (names []string) {
	d.t.Helper()
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// unfinished leaves a download with the first two of three segments. The vault refuses the
// third.
func (d *rig) unfinished(a record.Archive) {
	d.t.Helper()
	d.vault.output = func(r vault.Range, out vault.Output) (vault.Output, error) {
		if r.Offset == 32*mib {
			return out, vault.ErrDenied
		}
		return out, nil
	}
	o := d.downloading()
	o.Concurrency = 1
	if _, err := d.download(a, o); !errors.Is(err, vault.ErrDenied) {
		d.t.Fatalf("got %v, want a refusal", err)
	}
	d.vault.output, d.vault.reads = nil, nil
}

func (d *rig) part() string { return d.target() + ".part" }

func (d *rig) must(errs ...error) {
	d.t.Helper()
	if err := errors.Join(errs...); err != nil {
		d.t.Fatal(err)
	}
}

// changed returns data with a different last byte.
func changed(data []byte) []byte {
	other := slices.Clone(data)
	other[len(other)-1] ^= 1
	return other
}

// begun leaves a download that waits for its job.
func (d *rig) begun(a record.Archive) {
	d.t.Helper()
	o := d.downloading()
	o.NoWait = true
	if _, err := d.download(a, o); !errors.Is(err, vault.ErrNotReady) {
		d.t.Fatalf("got %v, want to wait", err)
	}
	wait(jobTime)
}

// threeSegments is a size that makes three segments.
const threeSegments = 40*mib + 5

func TestDownloadIsOneAct(t *testing.T) {
	for name, size := range map[string]int{"a byte": 1, "a leaf": mib, "a ragged end": 2*mib + 1, "segments": threeSegments, "nothing": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				data := content(1, size)
				a := d.store(data)
				o := d.downloading()
				var ready []vault.JobID
				o.Ready = func(j record.Job) { ready = append(ready, j.ID) }
				got, err := d.download(a, o)
				if err != nil || got.TreeHash != a.TreeHash || got.Received != int64(size) || got.Resumed != 0 || got.Path != d.target() {
					t.Fatalf("%+v, %v", got, err)
				}
				d.wantFile(data)
				info, err := os.Stat(d.target())
				if err != nil || info.Mode().Perm() != newFileMode(t) {
					t.Errorf("mode %v, %v", info.Mode(), err)
				}
				kept, err := d.catalog.FindDownload(t.Context(), rigURL, a.ID, d.target())
				if err != nil || kept.State != record.Received || kept.Fetched != int64(size) {
					t.Errorf("on record: %+v, %v", kept, err)
				}
				for s, err := range d.catalog.Segments(t.Context(), kept.Key) {
					t.Errorf("still on record: %+v, %v", s, err)
				}
				if want := min(1, size); len(d.atVault()) != want || len(ready) != want {
					t.Errorf("%d jobs, told of %d", len(d.atVault()), len(ready))
				}

				// A second download asks for nothing.
				before := len(d.vault.reads)
				got, err = d.download(a, o)
				if err != nil || !got.AlreadyPresent || got.TreeHash != a.TreeHash || len(d.vault.reads) != before {
					t.Errorf("again: %+v, %v", got, err)
				}
			})
		})
	}
}

// newFileMode returns the mode that the umask of this process gives to a new file.
func newFileMode(t *testing.T) os.FileMode {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "new"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestDownloadWithoutARecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, threeSegments)
		a := d.store(data)
		o := d.downloading()
		o.Journal = nil
		d.vault.output = func(r vault.Range, out vault.Output) (vault.Output, error) {
			if r.Offset > 0 {
				return out, vault.ErrDenied
			}
			return out, nil
		}
		if _, err := d.download(a, o); !errors.Is(err, vault.ErrDenied) {
			t.Fatalf("got %v", err)
		}
		d.wantNothingBeside() // no download could continue such a file
		d.vault.output = nil
		got, err := d.download(a, o)
		if err != nil || got.Resumed != 0 || len(d.atVault()) != 1 {
			t.Errorf("%+v, %v; %d jobs", got, err, len(d.atVault()))
		}
		d.wantFile(data)
	})
}

// The id of an archive is enough if the catalog does not know the archive. The job gives
// the rest.
func TestDownloadOfAnUnknownArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, 3*mib)
		a := d.store(data)
		unknown := record.Archive{Vault: rigURL, ID: a.ID, Size: -1}
		for range 2 {
			got, err := d.download(unknown, d.downloading())
			if err != nil || got.TreeHash != a.TreeHash || len(d.atVault()) != 1 {
				t.Errorf("%+v, %v; %d jobs", got, err, len(d.atVault()))
			}
		}
		d.wantFile(data)

		// A file in the way is noticed before a job is paid for.
		other := d.store(content(2, mib))
		if _, err := d.download(record.Archive{ID: other.ID, Size: -1}, d.downloading()); !errors.Is(err, vault.ErrExists) {
			t.Errorf("%v", err)
		}
		if len(d.atVault()) != 1 {
			t.Errorf("%d jobs", len(d.atVault()))
		}
	})
}

func TestDownloadOfARange(t *testing.T) {
	for name, r := range map[string]vault.Range{
		"a node":        {Offset: 2 * mib, Size: 2 * mib},
		"not a node":    {Offset: mib, Size: 4 * mib},
		"to the end":    {Offset: 3 * mib, Size: 2*mib + 9},
		"everything":    {Size: 5*mib + 9},
		"the last byte": {Offset: 5 * mib, Size: 9},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				data := content(1, 5*mib+9)
				a := d.store(data)
				o := d.downloading()
				o.Range = r
				for range 2 {
					got, err := d.download(a, o)
					if err != nil || got.TreeHash != treehash.Sum(data[r.Offset:r.End()]) || got.Range != r {
						t.Fatalf("%+v, %v", got, err)
					}
				}
				d.wantFile(data[r.Offset:r.End()])
				var asked int64
				for _, req := range d.vault.starts {
					asked += req.Range.Size
				}
				if name != "everything" && asked != r.Size {
					t.Errorf("%d bytes were retrieved for %d", asked, r.Size)
				}
			})
		})
	}
}

func TestNoWaitLeavesTheJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, mib)
		a := d.store(data)
		o := d.downloading()
		o.NoWait = true
		begin := time.Now()
		_, err := d.download(a, o)
		var notReady *jobs.NotReadyError
		if !errors.As(err, &notReady) || !notReady.Back.Equal(begin.Add(4*time.Hour)) || time.Since(begin) > 0 {
			t.Fatalf("%v", err)
		}
		wait(jobTime)
		if _, err := d.download(a, o); err != nil || len(d.atVault()) != 1 {
			t.Errorf("%v; %d jobs", err, len(d.atVault()))
		}
		d.wantFile(data)
	})
}

func TestATargetInTheWay(t *testing.T) {
	mine := []byte("my own notes")
	for name, test := range map[string]struct {
		put   func(d *rig)
		force bool
		want  error
	}{
		"another file":         {func(d *rig) { put(d, d.target(), mine) }, false, vault.ErrExists},
		"another file, forced": {func(d *rig) { put(d, d.target(), mine) }, true, nil},
		"of the same size":     {func(d *rig) { put(d, d.target(), content(2, mib)) }, false, vault.ErrExists},
		"the same bytes":       {func(d *rig) { put(d, d.target(), content(1, mib)) }, false, nil},
		"a file called .part":  {func(d *rig) { put(d, d.target()+".part", mine) }, false, vault.ErrExists},
		"a .part, forced":      {func(d *rig) { put(d, d.target()+".part", mine) }, true, nil},
		"a directory": {func(d *rig) {
			if err := os.Mkdir(d.target(), 0o700); err != nil {
				d.t.Fatal(err)
			}
		}, true, vault.ErrInvalid},
		"a link": {func(d *rig) {
			put(d, d.target()+".real", mine)
			if err := os.Symlink(d.target()+".real", d.target()); err != nil {
				d.t.Fatal(err)
			}
		}, false, vault.ErrExists},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				data := content(1, mib)
				a := d.store(data)
				test.put(d)
				before := d.contents()
				o := d.downloading()
				o.Force = test.force
				_, err := d.download(a, o)
				if !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if test.want == nil {
					d.wantFile(data)
				} else if after := d.contents(); !slices.Equal(before, after) || len(d.atVault()) != 0 {
					t.Errorf("%d jobs; changed: %.100q to %.100q", len(d.atVault()), before, after)
				}
			})
		})
	}
}

func put(d *rig, path string, data []byte) {
	d.t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// contents returns the names and bytes of all files whose names begin with the name of the
// target.
func (d *rig) contents() (all []string) {
	d.t.Helper()
	for _, name := range d.files() {
		if strings.HasPrefix(name, filepath.Base(d.target())) {
			data, err := os.ReadFile(filepath.Join(d.dir, name))
			all = append(all, name+" "+string(data))
			if err != nil {
				all = append(all, "unreadable") // a directory
			}
		}
	}
	return all
}

// A file that appears during the download is not replaced.
func TestATargetThatAppearsIsNotReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, mib)
		a := d.store(data)
		d.vault.output = func(_ vault.Range, out vault.Output) (vault.Output, error) {
			put(d, d.target(), []byte("mine"))
			return out, nil
		}
		if _, err := d.download(a, d.downloading()); !errors.Is(err, vault.ErrExists) {
			t.Errorf("%v", err)
		}
		if got, err := os.ReadFile(d.target()); err != nil || string(got) != "mine" {
			t.Errorf("replaced by %.20q, %v", got, err)
		}
		if err := os.Remove(d.target()); err != nil {
			t.Fatal(err)
		}
		d.vault.output, d.vault.reads = nil, nil
		if _, err := d.download(a, d.downloading()); err != nil || len(d.vault.reads) != 0 {
			t.Errorf("%v; read %v", err, d.vault.reads)
		}
		d.wantFile(data)
	})
}

func TestSpaceIsCheckedBeforeAnythingIsPaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, mib))
		a.Size = 1 << 55
		_, err := d.download(a, d.downloading())
		if !errors.Is(err, download.ErrNoSpace) || len(d.atVault()) != 0 {
			t.Errorf("%v; %d jobs", err, len(d.atVault()))
		}
	})
}

func TestTwoDownloadsIntoOneFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, mib))
		unlock, err := d.catalog.LockDownload(t.Context(), d.target())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.download(a, d.downloading()); !errors.Is(err, vault.ErrLocked) {
			t.Errorf("%v", err)
		}
		if err := unlock(); err != nil {
			t.Fatal(err)
		}
	})
}

// The record of an archive and the vault must agree before any bytes are fetched.
func TestTheRecordAndTheVaultDisagree(t *testing.T) {
	for name, change := range map[string]func(*record.Archive){
		"about the size":      func(a *record.Archive) { a.Size = 4 * mib },
		"about the tree hash": func(a *record.Archive) { a.TreeHash[0]++ },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(content(1, 3*mib))
				change(&a)
				for range 2 {
					if _, err := d.download(a, d.downloading()); !errors.Is(err, vault.ErrChecksum) || len(d.vault.reads) != 0 {
						t.Errorf("%v; read %v", err, d.vault.reads)
					}
				}
				if len(d.atVault()) != 1 {
					t.Errorf("%d jobs were paid for", len(d.atVault()))
				}
				// If an inventory also differed from the record, the download believes the
				// vault.
				a.State = record.Differing
				if _, err := d.download(a, d.downloading()); err != nil {
					t.Error(err)
				}
				d.wantFile(content(1, 3*mib))
			})
		})
	}
}

// flipped is an output with one wrong bit.
type flipped struct {
	io.ReadCloser
	at int64 // the offset of the changed byte
}

func (f *flipped) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if 0 <= f.at && f.at < int64(n) {
		p[f.at] ^= 1
	}
	f.at -= int64(n)
	return n, err
}

func TestWrongBytesAreNeverDelivered(t *testing.T) {
	for name, proved := range map[string]bool{"where the vault gives hashes": true, "where it gives none": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				data := content(1, threeSegments)
				a := d.store(data)
				d.vault.output = func(r vault.Range, out vault.Output) (vault.Output, error) {
					if r.Offset == 16*mib {
						out.ReadCloser = &flipped{out.ReadCloser, 5 * mib}
					}
					if !proved {
						out.TreeHash = treehash.Hash{}
					}
					return out, nil
				}
				if _, err := d.download(a, d.downloading()); !errors.Is(err, vault.ErrChecksum) {
					t.Errorf("%v", err)
				}
				if _, err := os.Lstat(d.target()); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the target is there: %v", err)
				}
				if !proved {
					d.wantNothingBeside() // the wrong bytes could be anywhere
				}
				d.vault.output = nil
				if _, err := d.download(a, d.downloading()); err != nil {
					t.Error(err)
				}
				d.wantFile(data)
			})
		})
	}
}

func TestALargeArchiveIsAskedForInPieces(t *testing.T) {
	for name, rate := range map[string]download.Options{
		"as estimated": {EstimateRate: 100}, // bytes per second: 6.9 MiB in 20 hours
		"as limited":   {LimitRate: 100},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				data := content(1, 20*mib+5)
				a := d.store(data)
				o := d.downloading()
				o.EstimateRate, o.LimitRate = rate.EstimateRate, rate.LimitRate
				var agreed []int64
				o.Approve = func(_ vault.JobRequest, bytes int64) error {
					agreed = append(agreed, bytes)
					return nil
				}
				d.vault.start = func(vault.JobRequest) error {
					var unread int64
					for _, req := range d.vault.starts {
						unread += req.Range.Size
					}
					for _, r := range d.vault.reads {
						unread -= r.Size
					}
					if unread >= 7*mib {
						t.Errorf("%d bytes had been asked for and not read", unread)
					}
					return nil
				}
				got, err := d.download(a, o)
				if err != nil {
					t.Fatal(err)
				}
				d.wantFile(data)
				// The download is hardly ever idle, except for the first job.
				if busy := time.Duration(a.Size/100) * time.Second; rate.LimitRate > 0 && got.Elapsed > busy+3*jobTime {
					t.Errorf("took %s for %s of bytes", got.Elapsed, busy)
				}
				var asked int64
				for _, req := range d.vault.starts {
					asked += req.Range.Size
				}
				if asked != a.Size || len(d.vault.starts) < 12 { // 1 MiB each, and more if there is time for it
					t.Errorf("asked for %d bytes of %d: %+v", asked, a.Size, d.vault.starts)
				}
				if !slices.Equal(agreed, []int64{a.Size}) {
					t.Errorf("agreed to %d, want once to all %d", agreed, a.Size)
				}
				d.wantNotice("so they are retrieved in pieces")
			})
		})
	}
}

// During a download in pieces, the progress never exceeds the bytes on record.
func TestProgressInPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, 20*mib+5))
		journal := &counting{Catalog: d.catalog}
		o := d.downloading()
		o.EstimateRate, o.Journal = 100, journal
		var last depot.Progress
		o.Progress = func(p depot.Progress) {
			if p.Size != a.Size || p.Done > journal.saved.Load() || p.Done < last.Done || p.Resumed > last.Done || p.Done+p.InFlight > a.Size {
				t.Errorf("%+v after %+v, and %d bytes on record", p, last, journal.saved.Load())
			}
			last = p
		}
		if _, err := d.download(a, o); err != nil || last.Done != a.Size || len(d.vault.starts) < 12 {
			t.Errorf("%v; %+v at the end of %d jobs", err, last, len(d.vault.starts))
		}
	})
}

// counting is a catalog that counts the bytes of the segments that are saved in it.
type counting struct {
	*catalog.Catalog
	saved atomic.Int64
}

func (c *counting) SaveSegment(ctx context.Context, key int64, s record.Segment) error {
	c.saved.Add(s.Size)
	return c.Catalog.SaveSegment(ctx, key, s)
}

// A run finds the pieces that the run before it has asked for.
func TestPiecesAreFoundAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, 20*mib+5)
		a := d.store(data)
		o := d.downloading()
		o.EstimateRate, o.NoWait = 100, true
		for range 20 {
			_, err := d.download(a, o)
			if err == nil {
				break
			}
			if !errors.Is(err, vault.ErrNotReady) {
				t.Fatal(err)
			}
			wait(jobTime)
		}
		d.wantFile(data)
		var asked int64
		for _, req := range d.vault.starts {
			asked += req.Range.Size
		}
		if asked != a.Size {
			t.Errorf("asked for %d bytes of %d", asked, a.Size)
		}
	})
}

func TestASlowLineIsToldOfTheExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		a := d.store(content(1, 2*mib))
		d.retrieve(a, d.retrieving())
		o := d.downloading()
		o.EstimateRate = 10 // bytes per second
		if _, err := d.download(a, o); err != nil {
			t.Error(err)
		}
		d.wantNotice("at 10 B/s only 84")
	})
}
