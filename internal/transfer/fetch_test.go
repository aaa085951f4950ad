package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"

	"firn/internal/transfer"
	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// shelf is an archive in a directory vault with a finished job, and all that Fetch needs to
// fetch it into a file.
type shelf struct {
	t       *testing.T
	vault   vault.Vault
	job     vault.JobID
	data    []byte
	target  *os.File
	options transfer.FetchOptions

	mu       sync.Mutex
	opened   []vault.Range
	recorded map[vault.Range]treehash.Hash
	order    []vault.Range // of the recorded segments
	worst    transfer.Progress
	last     transfer.Progress
}

func newShelf(t *testing.T, size int) *shelf {
	t.Helper()
	s := &shelf{t: t, data: make([]byte, size), recorded: map[vault.Range]treehash.Hash{}}
	_, _ = rand.NewChaCha8([32]byte{2}).Read(s.data)
	dir := t.TempDir()
	if err := dirvault.Create(filepath.Join(dir, "v"), dirvault.Options{}); err != nil {
		t.Fatal(err)
	}
	v, err := dirvault.Open(filepath.Join(dir, "v"), dirvault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, v) })
	if s.target, err = os.Create(filepath.Join(dir, "target")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, s.target) })
	s.vault = v
	s.job = store(t, v, s.data)
	whole := vault.Range{Size: int64(size)}
	s.options = transfer.FetchOptions{
		Open: s.open, Segments: transfer.Segments(whole, int64(size), mib), At: s.target,
		Record: s.record, Concurrency: 4, Size: int64(size), Progress: s.progress,
	}
	return s
}

// store puts data into a vault and starts a job for it, which finishes at once.
func store(t *testing.T, v *dirvault.Vault, data []byte) vault.JobID {
	t.Helper()
	ctx := t.Context()
	id, err := v.CreateUpload(ctx, vault.UploadRequest{PartSize: 64 * mib})
	if err != nil {
		t.Fatal(err)
	}
	hasher := treehash.New()
	_, _ = hasher.Write(data)
	sums := hasher.Sums()
	whole := vault.Completion{Size: sums.Size, TreeHash: sums.Tree}
	if len(data) > 0 {
		part, err := v.UploadPart(ctx, id, vault.Part{
			Size: sums.Size, TreeHash: sums.Tree, SHA256: sums.SHA256,
		}, bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		whole.Parts = []vault.Part{part}
	}
	archive, err := v.CompleteUpload(ctx, id, whole)
	if err != nil {
		t.Fatal(err)
	}
	job, err := v.StartJob(ctx, vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive})
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// open reads from the vault. It gives the hash of a node even if the vault does not.
func (s *shelf) open(ctx context.Context, r vault.Range) (vault.Output, error) {
	s.mu.Lock()
	s.opened = append(s.opened, r)
	s.mu.Unlock()
	out, err := s.vault.OpenOutput(ctx, s.job, r)
	if err == nil && isNode(r, int64(len(s.data))) {
		out.TreeHash = treehash.Sum(s.data[r.Offset:r.End()])
	}
	return out, err
}

func (s *shelf) record(_ context.Context, r vault.Range, hash treehash.Hash) error {
	s.recorded[r] = hash // no lock: Fetch calls Record once at a time
	s.order = append(s.order, r)
	return nil
}

func (s *shelf) progress(p transfer.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.worst.Concurrency == 0 || p.Concurrency < s.worst.Concurrency {
		s.worst = p
	}
	s.last = p
}

// opens returns how often a segment was opened.
func (s *shelf) opens(r vault.Range) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, o := range s.opened {
		if o == r {
			n++
		}
	}
	return n
}

// mustHave fails unless the target has the bytes of every recorded segment, with the
// recorded hash.
func (s *shelf) mustHave() {
	s.t.Helper()
	for r, hash := range s.recorded {
		got := make([]byte, r.Size)
		if _, err := s.target.ReadAt(got, r.Offset); err != nil {
			s.t.Fatalf("%+v: %v", r, err)
		}
		if !bytes.Equal(got, s.data[r.Offset:r.End()]) || hash != treehash.Sum(got) {
			s.t.Errorf("%+v was recorded and is not in the target", r)
		}
	}
}

// mustBeWhole fails unless every segment arrived.
func (s *shelf) mustBeWhole(got transfer.Fetched, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	s.mustHave()
	if len(s.recorded) != len(s.options.Segments) || len(s.order) != len(s.options.Segments) {
		s.t.Errorf("%d of %d segments were recorded, in %d calls", len(s.recorded), len(s.options.Segments), len(s.order))
	}
	if size := int64(len(s.data)); got.Received != size || s.last.Done != size || s.last.InFlight != 0 {
		s.t.Errorf("%d of %d bytes received; the last progress is %+v", got.Received, size, s.last)
	}
}

// fetch runs Fetch in a synctest bubble. Its clock advances when all goroutines wait.
func fetch(t *testing.T, size int, prepare func(s *shelf), check func(s *shelf, got transfer.Fetched, err error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t, size)
		prepare(s)
		got, err := transfer.Fetch(t.Context(), s.options)
		check(s, got, err)
	})
}

func whole(s *shelf, got transfer.Fetched, err error) {
	s.t.Helper()
	s.mustBeWhole(got, err)
}

func TestFetchSizes(t *testing.T) {
	for _, size := range []int{0, 1, mib - 1, mib, mib + 1, 9*mib + 5} {
		fetch(t, size, func(s *shelf) {
			s.options.Segments = transfer.Segments(vault.Range{Size: int64(size)}, int64(size), 2*mib)
		}, func(s *shelf, got transfer.Fetched, err error) {
			s.mustBeWhole(got, err)
			if got.Unproved != 0 || got.Retries != 0 || s.last.PartsDone != len(s.options.Segments) {
				t.Errorf("size %d: %+v, the last progress is %+v", size, got, s.last)
			}
		})
	}
}

// Bytes from an earlier run count as done and as resumed. Fetch reports the segments that
// the vault gave no hash for.
func TestFetchTheRest(t *testing.T) {
	const size = 6*mib + 9
	fetch(t, size, func(s *shelf) {
		s.options.Segments = []vault.Range{{Offset: mib / 2, Size: mib / 2}, {Offset: 4 * mib, Size: 2*mib + 9}}
		s.options.Done = size - (2*mib + mib/2 + 9)
	}, func(s *shelf, got transfer.Fetched, err error) {
		if err != nil || len(s.recorded) != 2 {
			t.Fatalf("%d recorded, error %v", len(s.recorded), err)
		}
		s.mustHave()
		if got.Received != 2*mib+mib/2+9 || got.Unproved != mib/2 {
			t.Errorf("got %+v", got)
		}
		if s.last.Done != size || s.last.Resumed != s.options.Done || s.last.Parts != 2 {
			t.Errorf("the last progress is %+v", s.last)
		}
	})
}

// Fetch opens at most Concurrency segments at a time, and that many if enough segments are
// left.
func TestFetchConcurrency(t *testing.T) {
	fetch(t, 12*mib, func(s *shelf) {
		release := make(chan struct{})
		open := s.options.Open
		s.options.Open = func(ctx context.Context, r vault.Range) (vault.Output, error) {
			out, err := open(ctx, r)
			<-release
			return out, err
		}
		go func() {
			for done := range 3 {
				synctest.Wait() // every segment that may be open is open
				s.mu.Lock()
				if got := len(s.opened) - 4*done; got != 4 {
					s.t.Errorf("%d segments are open at once, want 4", got)
				}
				s.mu.Unlock()
				for range 4 {
					release <- struct{}{}
				}
			}
		}()
	}, whole)
}

func TestFetchStopsWhenTheRecordFails(t *testing.T) {
	full := errors.New("disk full")
	fetch(t, 4*mib, func(s *shelf) {
		s.options.Record = func(context.Context, vault.Range, treehash.Hash) error { return full }
	}, func(_ *shelf, got transfer.Fetched, err error) {
		if !errors.Is(err, full) || got.Received != 0 {
			t.Errorf("got %v with %+v", err, got)
		}
	})
}

// fullAt is a disk that has no room for the byte at `at`.
type fullAt struct {
	io.WriterAt
	at  int64
	err error
}

func (f fullAt) WriteAt(p []byte, off int64) (int, error) {
	if off <= f.at && f.at < off+int64(len(p)) {
		return 0, f.err
	}
	return f.WriterAt.WriteAt(p, off)
}

func TestFetchDoesNotRetryAFullDisk(t *testing.T) {
	full := errors.New("no space left on device")
	fetch(t, 4*mib, func(s *shelf) {
		s.options.At = fullAt{WriterAt: s.target, at: 2*mib + 300_000, err: full}
	}, func(s *shelf, got transfer.Fetched, err error) {
		if !errors.Is(err, full) || !transfer.IsSink(err) || transfer.IsSource(err) || got.Retries != 0 {
			t.Errorf("got %v after %d retries", err, got.Retries)
		}
		if _, recorded := s.recorded[vault.Range{Offset: 2 * mib, Size: mib}]; recorded || got.Received != int64(len(s.order))*mib {
			t.Errorf("%d bytes received, %+v recorded", got.Received, s.order)
		}
		s.mustHave()
	})
}

// Large segments are hashed only when they are whole, if this machine has the fast way to
// do so. They are proved in either case.
func TestFetchLargeSegments(t *testing.T) {
	const size = 33*mib + 5
	for _, inOrder := range []bool{false, true} {
		var out *bytes.Buffer
		fetch(t, size, func(s *shelf) {
			s.options.Segments = transfer.Segments(vault.Range{Size: size}, size, 16*mib)
			s.meddle(16*mib, 1, meddler{at: 15*mib + 3, flip: true})
			if inOrder {
				out = s.ordered()
			}
		}, func(s *shelf, got transfer.Fetched, err error) {
			if err != nil || got.Retries != 1 || got.Received != size {
				t.Fatalf("got %+v, %v", got, err)
			}
			if inOrder {
				s.mustFlow(out)
			} else {
				s.mustBeWhole(got, err)
			}
		})
	}
}

// unreadable is a file that takes bytes and cannot be read.
type unreadable struct {
	io.WriterAt
	err error
}

func (u unreadable) ReadAt([]byte, int64) (int, error) { return 0, u.err }

// If the bytes that Fetch must read back for hashing cannot be read, the error blames the
// target.
func TestFetchReadsBackOrFails(t *testing.T) {
	broken := errors.New("input/output error")
	fetch(t, 16*mib, func(s *shelf) {
		s.options.Segments = transfer.Segments(vault.Range{Size: 16 * mib}, 16*mib, 16*mib)
		s.options.At = unreadable{s.target, broken}
	}, func(s *shelf, got transfer.Fetched, err error) {
		if !treehash.Broad(16 * mib) { // hashed while they arrived
			s.mustBeWhole(got, err)
		} else if !errors.Is(err, broken) || !transfer.IsSink(err) || got.Retries != 0 || got.Received != 0 {
			t.Errorf("got %v with %+v", err, got)
		}
	})
}
