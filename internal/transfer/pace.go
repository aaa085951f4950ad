package transfer

import (
	"context"
	"sync"
)

// pace lets a number of attempts run at once. The number is halved when the
// service asks to slow down and grows by one after as many successes in a row.
type pace struct {
	mu      sync.Mutex
	max     int
	limit   int
	running int
	streak  int // successes since the limit last changed
	epoch   int // counts the halvings
	waiters []chan int
}

func newPace(limit int) *pace {
	return &pace{max: limit, limit: limit}
}

// acquire waits for a turn and returns its epoch, which done wants back.
func (p *pace) acquire(ctx context.Context) (epoch int, err error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	p.mu.Lock()
	if p.running < p.limit {
		p.running++
		defer p.mu.Unlock()
		return p.epoch, nil
	}
	turn := make(chan int, 1)
	p.waiters = append(p.waiters, turn)
	p.mu.Unlock()

	select {
	case epoch := <-turn:
		return epoch, nil
	case <-ctx.Done():
		p.forget(turn)
		return 0, context.Cause(ctx)
	}
}

// forget takes a waiter off the list, or gives its turn back if it came at the
// same moment.
func (p *pace) forget(turn chan int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, w := range p.waiters {
		if w == turn {
			p.waiters = append(p.waiters[:i], p.waiters[i+1:]...)
			return
		}
	}
	p.running--
	p.wake()
}

// verdict is what an attempt tells the pace about the service.
type verdict int

const (
	neutral  verdict = iota // failed for reasons that the pace does not touch
	good                    // acknowledged
	tooQuick                // the service asks to slow down
)

// done ends a turn. Of the turns that began before a halving, none halves again:
// they all ran into the same wall.
func (p *pace) done(epoch int, v verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	switch {
	case v == good:
		p.streak++
		if p.streak >= p.limit && p.limit < p.max {
			p.limit++
			p.streak = 0
		}
	case v == tooQuick && epoch == p.epoch:
		p.limit = max(1, p.limit/2)
		p.streak = 0
		p.epoch++
	}
	p.wake()
}

// wake hands out free turns in the order of waiting; p.mu is held.
func (p *pace) wake() {
	for len(p.waiters) > 0 && p.running < p.limit {
		p.running++
		p.waiters[0] <- p.epoch
		p.waiters = p.waiters[1:]
	}
}

// now returns the present limit.
func (p *pace) now() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}
