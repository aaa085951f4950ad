package catalog_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"

	"firn/catalog"
)

// inTheGap is a context that does something as soon as it is asked, while a catalog
// is opened, and no process holds access.
type inTheGap struct {
	context.Context

	path string
	do   func()

	mu   sync.Mutex
	done bool
}

// Err implements context.Context.
func (g *inTheGap) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	lock := flock.New(filepath.Join(filepath.Dir(g.path), "locks", "catalog"))
	if free, err := lock.TryLock(); !g.done && err == nil && free {
		g.done = true
		_ = lock.Unlock()
		g.do()
	} else {
		_ = lock.Unlock()
	}
	return g.Context.Err()
}

// Whoever opens a catalog lets others in when it has checked and upgraded it. What
// somebody else does at that moment, alone, counts: nothing is written into a file
// that was put aside, and nobody goes on with a schema of a newer firn.
func TestOpeningWhileAnotherHasItAlone(t *testing.T) {
	path, _ := many(t)
	older(t, path)
	change(t, path, `DELETE FROM labels`) // which only a rebuild sees
	var rebuilt catalog.Rebuilt
	ctx := &inTheGap{Context: t.Context(), path: path, do: func() { rebuilt = rebuild(t, path) }}
	c, err := catalog.Open(ctx, path, catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if rebuilt.Aside == "" {
		t.Fatalf("nobody came between: %+v", rebuilt)
	}
	u := anUpload()
	u.ID = "saved after"
	u = saved(t, c, u)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, path).UploadByID(t.Context(), vaultURL, u.ID); err != nil {
		t.Errorf("what was saved after is not in the catalog: %v", err)
	}
}

func TestOpeningWhileANewerFirnUpgrades(t *testing.T) {
	path, _ := many(t)
	ctx := &inTheGap{Context: t.Context(), path: path, do: func() {
		change(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	}}
	c, err := catalog.Open(ctx, path, catalog.Options{})
	if err == nil {
		err = c.Close()
		t.Fatalf("it was opened, and closed with %v", err)
	}
	if !strings.Contains(err.Error(), "newer firn") {
		t.Errorf("got %v", err)
	}
}

// If a process dies while it has a catalog alone, a process that waited for it does the
// work: here it upgrades the schema.
func TestOpeningAfterAnotherDiedInTheMidst(t *testing.T) {
	path, _ := many(t)
	older(t, path)
	lock := flock.New(filepath.Join(filepath.Dir(path), "locks", "catalog"))
	if free, err := lock.TryLock(); err != nil || !free {
		t.Fatalf("%v, %v", free, err)
	}
	opened := make(chan error)
	asked := &onceAsked{Context: t.Context(), do: make(chan struct{})}
	go func() {
		c, err := catalog.Open(asked, path, catalog.Options{})
		if err == nil {
			err = c.Close()
		}
		opened <- err
	}()
	<-asked.do // it waits
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
}

// onceAsked is a context that says when somebody first waits for its end.
type onceAsked struct {
	context.Context

	once sync.Once
	do   chan struct{}
}

// Done implements context.Context.
func (o *onceAsked) Done() <-chan struct{} {
	o.once.Do(func() { close(o.do) })
	return o.Context.Done()
}
