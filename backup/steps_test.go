package backup_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"firn/depot"
	"firn/record"
	"firn/vault"
)

var errStopped = errors.New("stopped by the test")

// steps stops a backup at one of its steps: a call that saves something on record, or changes the
// vault. All calls after it fail, too.
type steps struct {
	left   int
	isDone bool
	stop   func() error
	isOver bool
	mu     sync.Mutex
}

func (s *steps) wrap(d *depot.Depot, book record.BackupJournal) record.BackupJournal {
	d.Vault = &steppedVault{d.Vault, s}
	return &steppedBook{book, s}
}

func (s *steps) do(act func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isOver {
		return errStopped
	}
	s.left--
	if s.left == 0 && !s.isDone {
		s.isOver = true
		return s.stop()
	}
	err := act()
	if s.left == 0 {
		s.isOver = true
		return s.stop()
	}
	return err
}

type steppedBook struct {
	record.BackupJournal
	*steps
}

func (b *steppedBook) Begin(ctx context.Context, s *record.Snapshot) (continues bool, err error) {
	err = b.do(func() error {
		continues, err = b.BackupJournal.Begin(ctx, s)
		return err
	})
	return continues, err
}

func (b *steppedBook) Save(ctx context.Context, s *record.Snapshot) error {
	return b.do(func() error { return b.BackupJournal.Save(ctx, s) })
}

func (b *steppedBook) SavePack(ctx context.Context, p *record.Pack) error {
	return b.do(func() error { return b.BackupJournal.SavePack(ctx, p) })
}

func (b *steppedBook) Apply(ctx context.Context, snapshot int64, changes []record.FileChange) error {
	return b.do(func() error { return b.BackupJournal.Apply(ctx, snapshot, changes) })
}

type steppedVault struct {
	vault.Vault
	*steps
}

func (v *steppedVault) CreateUpload(ctx context.Context, req vault.UploadRequest) (id vault.UploadID, err error) {
	err = v.do(func() error {
		id, err = v.Vault.CreateUpload(ctx, req)
		return err
	})
	return id, err
}

func (v *steppedVault) UploadPart(ctx context.Context, id vault.UploadID, p vault.Part, body io.ReadSeeker) (stored vault.Part, err error) {
	err = v.do(func() error {
		stored, err = v.Vault.UploadPart(ctx, id, p, body)
		return err
	})
	return stored, err
}

func (v *steppedVault) CompleteUpload(ctx context.Context, id vault.UploadID, c vault.Completion) (archive vault.ArchiveID, err error) {
	err = v.do(func() error {
		archive, err = v.Vault.CompleteUpload(ctx, id, c)
		return err
	})
	return archive, err
}

// A backup that fails at any of its steps, after which nothing more succeeds, is continued by the
// same call: nothing is lost, and nothing is stored twice.
func TestFailsAtEachStep(t *testing.T) {
	r := newRig(t)
	r.fill(0)
	for step := 1; ; step++ {
		s := &steps{left: step, isDone: step%2 == 0, stop: func() error { return errStopped }}
		r.wrap = s.wrap
		report, err := r.run(context.Background())
		r.wrap = nil
		if err == nil {
			r.check(report.Snapshot)
			return
		}
		if !errors.Is(err, errStopped) {
			t.Fatalf("step %d: %v", step, err)
		}
		if step%7 == 0 {
			r.mustRun()
			r.fill(step / 7)
		}
	}
}

// A continued run may change files before the place that an earlier pack vouches for. If the pack
// with these changes is lost, a third run repeats them, although the earlier pack is stored.
func TestContinuedTwice(t *testing.T) {
	fails := func(r *rig, step int) {
		t.Helper()
		s := &steps{left: step, stop: func() error { return errStopped }}
		r.wrap = s.wrap
		_, err := r.run(t.Context())
		r.wrap = nil
		if err != nil && !errors.Is(err, errStopped) {
			t.Fatal(err)
		}
	}
	for first := 8; first <= 16; first += 2 {
		for second := 3; second <= 4; second++ {
			r := newRig(t)
			r.o.PackSize = 12_000
			for i := range uint64(4) {
				r.write(string(rune('f'+i)), noise(i, 9000))
			}
			fails(r, first)
			r.write("a", "") // no content, which would be read again in any case
			fails(r, second)
			r.mustRun()
		}
	}
}

// If a backup fails and the next one is of other directories, the packs of the next one have what
// the first one had found in those that both have.
func TestFailsBeforeOtherRoots(t *testing.T) {
	for step := 3; step < 8; step++ {
		r := newRig(t)
		r.write("in/a", "a")
		r.write("b", noise(2, 5000))
		r.mustRun()
		must(t, os.Rename(filepath.Join(r.dir, "b"), filepath.Join(r.dir, "c"))) // no content is new
		s := &steps{left: step, stop: func() error { return errStopped }}
		r.wrap = s.wrap
		if _, err := r.run(t.Context()); !errors.Is(err, errStopped) {
			t.Fatalf("step %d: %v", step, err)
		}
		r.wrap = nil
		for range 2 {
			report := r.runRoots(r.dir, filepath.Join(r.dir, "in"))
			r.check(report.Snapshot)
		}
	}
}
