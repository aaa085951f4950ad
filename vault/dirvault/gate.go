package dirvault

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/semaphore"
)

// gate lets many callers pass side by side, or one alone, and can be shut for
// good. Waiting ends with the caller's context, which a sync.RWMutex cannot do.
// Callers are served in the order in which they came.
type gate struct {
	places *semaphore.Weighted
	mu     sync.Mutex
	reason error // why the gate is shut; nil while it is open
}

// allPlaces is more than there can be callers.
const allPlaces = 1 << 40

func newGate() *gate { return &gate{places: semaphore.NewWeighted(allPlaces)} }

// enter lets the caller pass beside others. It must call leave, unless there
// was an error.
func (g *gate) enter(ctx context.Context) error { return g.acquire(ctx, 1) }

func (g *gate) leave() { g.places.Release(1) }

// enterAlone waits until nobody is inside. The caller must call leaveAlone,
// unless there was an error.
func (g *gate) enterAlone(ctx context.Context) error { return g.acquire(ctx, allPlaces) }

func (g *gate) leaveAlone() { g.places.Release(allPlaces) }

// tryAlone enters alone if nobody is inside and the gate is open.
func (g *gate) tryAlone() bool {
	if !g.places.TryAcquire(allPlaces) {
		return false
	}
	if g.shut() != nil {
		g.leaveAlone()
		return false
	}
	return true
}

// drain waits until everybody has left a gate that was closed before.
func (g *gate) drain() {
	// Background never ends, so neither does the acquisition fail.
	if g.places.Acquire(context.Background(), allPlaces) == nil {
		g.leaveAlone()
	}
}

// close makes everybody who enters from now on get reason. The first reason
// stays.
func (g *gate) close(reason error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.reason == nil {
		g.reason = reason
	}
}

// closeIfNotFlushed closes the gate when err comes from a failed flush.
func (g *gate) closeIfNotFlushed(err error) {
	if errors.Is(err, errNotFlushed) {
		g.close(err)
	}
}

// shut returns the reason why the gate is closed, or nil.
func (g *gate) shut() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reason
}

// abandoned reports whether a failed flush has shut the gate and everybody has
// left, so that what is behind it can be opened anew.
func (g *gate) abandoned() bool {
	if !errors.Is(g.shut(), errNotFlushed) || !g.places.TryAcquire(allPlaces) {
		return false
	}
	g.leaveAlone()
	return true
}

func (g *gate) acquire(ctx context.Context, n int64) error {
	if g.places.Acquire(ctx, n) != nil {
		return context.Cause(ctx)
	}
	if err := g.shut(); err != nil {
		g.places.Release(n)
		return err
	}
	return nil
}
