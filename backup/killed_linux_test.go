package backup_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"firn"
	"firn/backup"
)

// childEnv has the backup that a child process of these tests does.
const childEnv = "FIRN_BACKUP_TEST_CHILD"

// child is a backup that is killed at one of its steps.
type child struct {
	URL, Catalog, Dir string
	Options           backup.Options
	Step              int    // the process is killed at this step, from 1
	IsDone            bool   // it is killed when the step is done, else before
	Limit             uint64 // bytes that a file may have, if it is not 0
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
	if c.Limit != 0 {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: c.Limit, Max: c.Limit}); err != nil {
			return err
		}
	}
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
	said, err := r.runChild(r.t.Context(), child{Step: step, IsDone: isDone})
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.String() != "signal: killed" {
		r.t.Fatalf("the child at step %d: %v\n%s", step, err, said)
	}
	return true
}

// runChild runs a backup in a process of its own, and returns what it wrote to stderr.
func (r *rig) runChild(ctx context.Context, c child) (said string, err error) {
	r.t.Helper()
	c.URL, c.Catalog, c.Dir, c.Options = r.url, r.file, r.dir, r.o
	work, err := json.Marshal(c)
	must(r.t, err)
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(work))
	var text strings.Builder
	cmd.Stderr = &text
	err = cmd.Run()
	return text.String(), err
}

// The same holds for a backup whose process is killed at any of its steps.
func TestKilledAtEachStep(t *testing.T) {
	for _, isDone := range []bool{false, true} {
		t.Run(fmt.Sprintf("done %v", isDone), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.fill(0)
			for step := 1; r.runKilled(step, isDone); step += 3 {
				if step%5 == 0 {
					r.mustRun()
					r.fill(step / 5)
				}
			}
			r.mustRun()
		})
	}
}
