package transfer

import (
	"context"
	"slices"
	"sync"
)

// gate lets a number in at once, in the order in which they came. The number may
// change while some are inside: who is in stays.
type gate struct {
	mu      sync.Mutex
	width   int // how many may be inside
	inside  int
	waiters []chan struct{}
}

func newGate(width int) *gate { return &gate{width: width} }

// enter waits to be let in. Who was let in calls leave.
func (g *gate) enter(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	g.mu.Lock()
	if g.inside < g.width {
		g.inside++
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	g.waiters = append(g.waiters, turn)
	g.mu.Unlock()

	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		g.forget(turn)
		return context.Cause(ctx)
	}
}

// forget takes a waiter off the list, or gives its place back if it was let in at
// the same moment.
func (g *gate) forget(turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiters, turn); i >= 0 {
		g.waiters = slices.Delete(g.waiters, i, i+1)
		return
	}
	g.inside--
	g.wake()
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.wake()
}

// widen sets how many may be inside: more than before, or fewer.
func (g *gate) widen(width int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.width = width
	g.wake()
}

// wake lets in who may be; g.mu is held.
func (g *gate) wake() {
	for len(g.waiters) > 0 && g.inside < g.width {
		g.inside++
		close(g.waiters[0])
		g.waiters = g.waiters[1:]
	}
}
