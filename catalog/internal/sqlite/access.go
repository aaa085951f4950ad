package sqlite

import (
	"context"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// access is the lock that orders the processes which open a file. Who finds no other
// user holds it alone while it checks the file and upgrades the schema; all users share
// it afterwards. The operating system releases it when a process dies.
type access struct {
	file  *flock.Flock
	alone bool
}

// accessPoll is the time between two attempts to get access that another process holds
// alone.
const accessPoll = 10 * time.Millisecond

// acquire waits while another process has access alone.
func acquire(ctx context.Context, locks string) (*access, error) {
	a := &access{file: flock.New(filepath.Join(locks, "catalog"))}
	return a, a.wait(ctx)
}

// wait gets access alone, or shares it with the present users. It tries both each time:
// the process that had access alone may have died before it finished.
func (a *access) wait(ctx context.Context) (err error) {
	for {
		if a.alone, err = a.file.TryLock(); a.alone || err != nil {
			return err
		}
		if shared, err := a.file.TryRLock(); shared || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(accessPoll):
		}
	}
}

// share lets other processes in. For an instant nobody holds the lock, and another
// process that gets it then may upgrade the file or replace it. So everything that the
// caller read or opened while it was alone is out of date afterwards. If that other
// process died before it finished, the caller may be alone again.
func (a *access) share(ctx context.Context) error {
	if !a.alone {
		return nil
	}
	if err := a.file.Unlock(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	a.alone = false
	if shared, err := a.file.TryRLock(); shared || err != nil {
		return err
	}
	return a.wait(ctx)
}

// release may be repeated.
func (a *access) release() error { return a.file.Unlock() }
