package catalog

import (
	"context"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// gate orders those who open a catalog. Whoever finds nobody else inside holds
// the gate alone while it checks the file and brings the schema up to date;
// everybody inside shares it. The system opens it when a process dies.
type gate struct {
	file  *flock.Flock
	alone bool
}

// gatePoll is how often a gate that is held alone is tried again.
const gatePoll = 10 * time.Millisecond

// enter waits while somebody else holds the gate alone.
func enter(ctx context.Context, locks string) (*gate, error) {
	g := &gate{file: flock.New(filepath.Join(locks, "catalog"))}
	return g, g.wait(ctx)
}

// wait takes the gate alone, or shares it with those inside. Whoever held it alone may
// have died in the midst of it, so both are tried again each time.
func (g *gate) wait(ctx context.Context) (err error) {
	for {
		if g.alone, err = g.file.TryLock(); g.alone || err != nil {
			return err
		}
		if shared, err := g.file.TryRLock(); shared || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(gatePoll):
		}
	}
}

// share lets others in. For an instant nobody holds the gate, and somebody who finds
// it free may upgrade the file or put another in its place. So what was seen of it,
// and opened, while the gate was held alone does not count after. If that somebody died
// in the midst of it, the gate is held alone again.
func (g *gate) share(ctx context.Context) error {
	if !g.alone {
		return nil
	}
	if err := g.file.Unlock(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	g.alone = false
	if shared, err := g.file.TryRLock(); shared || err != nil {
		return err
	}
	return g.wait(ctx)
}

// leave goes out. It may be repeated.
func (g *gate) leave() error { return g.file.Unlock() }
