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
	waiters []place
}

func newGate(width int) *gate { return &gate{width: width} }

// place is one in the order of those who want to be let in. It closes when its
// holder is.
type place chan struct{}

// queue takes a place, which its holder must wait for.
func (g *gate) queue() place {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := make(place)
	g.waiters = append(g.waiters, p)
	g.wake()
	return p
}

// wait waits to be let in. Who was let in calls leave.
func (g *gate) wait(ctx context.Context, p place) error {
	if ctx.Err() == nil {
		select {
		case <-p:
			if ctx.Err() == nil {
				return nil
			}
		case <-ctx.Done():
		}
	}
	g.forget(p)
	return context.Cause(ctx)
}

// enter takes a place and waits for it.
func (g *gate) enter(ctx context.Context) error { return g.wait(ctx, g.queue()) }

// forget takes a waiter off the list, or gives its place back if it was let in
// already.
func (g *gate) forget(turn place) {
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
