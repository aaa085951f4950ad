package backup_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"firn"
	"firn/backup"
	"firn/depot"
	"firn/record"
	"firn/vault"
)

// childEnv has the backup that a child process of these tests does.
const childEnv = "FIRN_BACKUP_TEST_CHILD"

// child is a backup that is killed at one of its steps.
type child struct {
	URL, Catalog, Dir string
	Options           backup.Options
	Step              int  // the process is killed at this step, from 1
	IsDone            bool // it is killed when the step is done, else before
}

func TestMain(m *testing.M) {
	work := os.Getenv(childEnv)
	if work == "" {
		m.Run()
		return
	}
	var c child
	if err := errors.Join(json.Unmarshal([]byte(work), &c), c.run(context.Background())); err != nil {
		panic(err)
	}
}

func (c *child) run(ctx context.Context) error {
	d, err := firn.Open(ctx, c.URL, firn.Options{Catalog: c.Catalog})
	if err != nil {
		return err
	}
	s := &steps{left: c.Step, isDone: c.IsDone, stop: func() error {
		return errors.Join(syscall.Kill(os.Getpid(), syscall.SIGKILL), errStopped)
	}}
	book := s.wrap(&d.Depot, d.Catalog.Backups())
	_, err = backup.Run(ctx, d.Depot, book, []string{c.Dir}, c.Options)
	return errors.Join(err, d.Close())
}

// runKilled runs a backup in a process that is killed at a step. It reports false if the backup
// has fewer steps.
func (r *rig) runKilled(step int, isDone bool) bool {
	r.t.Helper()
	work, err := json.Marshal(child{r.url, r.file, r.dir, r.o, step, isDone})
	must(r.t, err)
	cmd := exec.CommandContext(r.t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(work))
	var said strings.Builder
	cmd.Stderr = &said
	err = cmd.Run()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		r.t.Fatalf("the child at step %d: %v\n%s", step, err, said.String())
	}
	return true
}

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
