package verbtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"firn/depot"
	"firn/source"
	"firn/upload"
	"firn/vault"
)

// partTime is how long a slow vault takes for a part.
const partTime = time.Second

// slow is a vault that takes partTime for each part and a thousandth of it for the request that
// begins an upload. It counts both.
type slow struct {
	*named

	mu    sync.Mutex
	now   int // parts in flight
	most  int // most parts in flight at a time
	begun int // uploads
	lists int // requests for the unfinished uploads
}

func (s *slow) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	s.mu.Lock()
	s.lists++
	s.mu.Unlock()
	return s.named.Uploads(ctx)
}

func (s *slow) CreateUpload(ctx context.Context, r vault.UploadRequest) (vault.UploadID, error) {
	wait(partTime / 1000)
	s.mu.Lock()
	s.begun++
	s.mu.Unlock()
	return s.named.CreateUpload(ctx, r)
}

func (s *slow) UploadPart(ctx context.Context, id vault.UploadID, p vault.Part, body io.ReadSeeker) (vault.Part, error) {
	s.mu.Lock()
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.now--
		s.mu.Unlock()
	}()
	wait(partTime)
	return s.named.UploadPart(ctx, id, p, body)
}

// queuedUploads writes files of these sizes and returns an item for each.
func (d *rig) queuedUploads(sizes ...int64) (v *slow, items []upload.Item) {
	d.t.Helper()
	for i, size := range sizes {
		path := filepath.Join(d.dir, fmt.Sprintf("file%03d", i))
		if err := os.WriteFile(path, content(uint64(i), int(size)), 0o600); err != nil {
			d.t.Fatal(err)
		}
		items = append(items, upload.Item{Path: path})
	}
	return &slow{named: d.below}, items
}

// described returns the descriptions of the archives on record, in their order.
func (d *rig) described() (descriptions []string) {
	d.t.Helper()
	for a, err := range d.catalog.Present(d.t.Context(), rigURL, 0, "") {
		if err != nil {
			d.t.Fatal(err)
		}
		descriptions = append(descriptions, a.Description)
	}
	slices.Sort(descriptions)
	return descriptions
}

func sizes(n int, size int64) []int64 { return slices.Repeat([]int64{size}, n) }

// Small files go up together, and the results come in the order of the files. A file that
// cannot be read, and one that the vault refuses, do not affect the others.
func TestUploadAllOverlapsSmallFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		v, items := d.queuedUploads(sizes(40, 1000)...)
		items[7].Path += ".missing"
		items[9].Description = strings.Repeat("x", 2000)
		begin, next := time.Now(), 0
		for item, out := range upload.All(t.Context(), at(v, d.depot(0)), items, upload.Options{Concurrency: 8}) {
			if item.Path != items[next].Path {
				t.Fatalf("result %d is of %q", next, item.Path)
			}
			switch next {
			case 7:
				if !errors.Is(out.Err, source.ErrUnreadable) {
					t.Errorf("a missing file: %v", out.Err)
				}
			case 9:
				if !errors.Is(out.Err, vault.ErrInvalid) {
					t.Errorf("a description that is too long: %v", out.Err)
				}
			default:
				if a, err := d.catalog.ArchiveByID(t.Context(), rigURL, out.ArchiveID); out.Err != nil || err != nil || a.Name != item.Path {
					t.Errorf("%q: %v; on record %q, %v", item.Path, out.Err, a.Name, err)
				}
			}
			next++
		}
		if next != len(items) || len(d.described()) != len(items)-2 {
			t.Errorf("%d results, %d archives", next, len(d.described()))
		}
		if v.most != 8 || time.Since(begin) > 6*partTime {
			t.Errorf("%d parts at once, %s", v.most, time.Since(begin))
		}
	})
}

// A file reports its end at once, while the caller still works on the result of another one.
func TestUploadAllReportsEachEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		v, items := d.queuedUploads(sizes(40, 1000)...)
		items[7].Path += ".missing"
		var stored, failed atomic.Int64
		yielded := 0
		for i := range items {
			items[i].Ended = func(out upload.Outcome) {
				if out.Err != nil {
					failed.Add(1)
				} else if out.ArchiveID != "" {
					stored.Add(1)
				}
			}
		}
		for range upload.All(t.Context(), at(v, d.depot(0)), items, upload.Options{Concurrency: 8}) {
			if yielded++; yielded == 1 {
				wait(20 * partTime)
			}
			if stored.Load() != 39 || failed.Load() != 1 {
				t.Fatalf("at result %d, %d files are stored and %d failed", yielded, stored.Load(), failed.Load())
			}
		}
	})
}

// Files share the number of parts in flight. A large file has all of it for as long as it needs
// it, and the next file begins when it does not.
func TestUploadAllSharesTheConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		v, items := d.queuedUploads(1000, 10*mib, 10*mib, 1000)
		begin := time.Now()
		var begun []int
		o := at(v, d.depot(0))
		o.Progress = func(p depot.Progress) {
			if !slices.Contains(begun, p.Item) {
				begun = append(begun, p.Item)
			}
		}
		for item, out := range upload.All(t.Context(), o, items, upload.Options{Concurrency: 4, PartSize: mib}) {
			if out.Err != nil {
				t.Errorf("%q: %v", item.Path, out.Err)
			}
		}
		if v.most != 4 {
			t.Errorf("%d parts at once, want 4", v.most)
		}
		if took := time.Since(begin); took > 6*partTime+partTime/2 { // 22 parts, 4 at once
			t.Errorf("it took %s", took)
		}
		if len(begun) != 4 || begun[2] != 2 || begun[3] != 3 {
			t.Errorf("files began in the order %v", begun)
		}
	})
}

// Files with the same path, or the same description, go up one after the other.
func TestUploadAllKeepsSameNamesApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		v, items := d.queuedUploads(1000, 1000, 1000, 1000)
		items[1] = items[0]
		items[3].Description = "file002"
		var outs []upload.Outcome
		for item, out := range upload.All(t.Context(), at(v, d.depot(0)), items, upload.Options{Concurrency: 8}) {
			if out.Err != nil {
				t.Errorf("%q: %v", item.Path, out.Err)
			}
			outs = append(outs, out)
		}
		if !outs[1].AlreadyPresent || outs[1].ArchiveID != outs[0].ArchiveID {
			t.Errorf("the same file again: %+v", outs[1])
		}
		if got := d.described(); !slices.Equal(got, []string{"file000", "file002", "file002"}) || v.most != 2 {
			t.Errorf("archives %q, %d parts at once", got, v.most)
		}
	})
}

// At the end of ctx the files under way are finished, no others begin, and every file has its
// result. The same call stores the others.
func TestUploadAllEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		v, items := d.queuedUploads(sizes(20, 1000)...)
		ctx, end := context.WithCancel(t.Context())
		time.AfterFunc(partTime*3/2, end)
		stored, interrupted := 0, 0
		for item, out := range upload.All(ctx, at(v, d.depot(0)), items, upload.Options{Concurrency: 4}) {
			switch {
			case out.Err == nil:
				stored++
			case errors.Is(out.Err, depot.ErrInterrupted):
				interrupted++
			default:
				t.Errorf("%q: %v", item.Path, out.Err)
			}
		}
		if stored != 4 || interrupted != 16 || v.begun != 8 {
			t.Errorf("%d stored, %d interrupted, %d begun", stored, interrupted, v.begun)
		}
		resumed := 0
		for item, out := range upload.All(t.Context(), at(v, d.depot(0)), items, upload.Options{Concurrency: 4}) {
			if out.Err != nil {
				t.Errorf("%q: %v", item.Path, out.Err)
			}
			resumed += out.PartsResumed
		}
		if got := d.described(); len(got) != 20 || v.begun != 20 || resumed != 4 {
			t.Errorf("%d archives of %d uploads, %d parts resumed", len(got), v.begun, resumed)
		}
	})
}

// A caller that leaves the loop ends it: no file begins after that.
func TestUploadAllCanBeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		v, items := d.queuedUploads(sizes(20, 1000)...)
		for range upload.All(t.Context(), at(v, d.depot(0)), items, upload.Options{Concurrency: 2}) {
			break
		}
		if v.begun > 4 || len(d.described()) > v.begun {
			t.Errorf("%d begun, %d stored", v.begun, len(d.described()))
		}
	})
}

// One limit of the rate holds for all files together.
func TestUploadAllLimitsTheRateOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		v, items := d.queuedUploads(sizes(20, 100_000)...)
		begin := time.Now()
		for item, out := range upload.All(t.Context(), at(v, d.depot(0)), items, upload.Options{LimitRate: 100_000}) {
			if out.Err != nil {
				t.Errorf("%q: %v", item.Path, out.Err)
			}
		}
		if took := time.Since(begin); took < 19*time.Second {
			t.Errorf("2 MB at 100 kB/s took %s", took)
		}
	})
}

// The vault is asked once for its unfinished uploads, and a file whose upload is among them
// continues it, without a record. Notices tell which file they are about.
func TestUploadAllListsUnfinishedUploadsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		v, items := d.queuedUploads(sizes(10, 2*mib)...)
		ctx, end := context.WithCancel(t.Context())
		time.AfterFunc(partTime/2, end)
		o := at(v, d.depot(0))
		o.Journal = nil
		for range upload.All(ctx, o, items[3:4], upload.Options{Concurrency: 1, PartSize: mib}) {
		}
		resumed := 0
		v.lists = 0
		for item, out := range upload.All(t.Context(), o, items, upload.Options{Concurrency: 4, PartSize: mib}) {
			if out.Err != nil {
				t.Errorf("%q: %v", item.Path, out.Err)
			}
			resumed += out.PartsResumed
		}
		if v.lists != 1 || resumed != 1 {
			t.Errorf("%d lists, %d parts resumed", v.lists, resumed)
		}
		d.wantNotice(`"file003": continuing an unfinished upload found at the vault`)
	})
}
