package transfer

import (
	"runtime"
	"sync"
	"time"
)

// Pool is what transfers share that run at the same time: the number of pieces in flight, the
// memory for hashing, and the time. A transfer begins with the number of pieces in flight that
// the transfers before it have found to be worthwhile.
type Pool struct {
	pace    *pace
	buffers chan []byte   // one for each core; holding one is the right to hash
	ahead   chan struct{} // holds a token for each transfer that hashes ahead

	mu     sync.Mutex
	active int           // transfers that run
	shared time.Duration // time in which transfers ran, divided by their number
	since  time.Time     // when shared was up to date
}

// mostLookAhead is the number of transfers of a pool that hash ahead at the same time: one,
// and the next, which begins before the last pieces of the first are done. Each fills a
// fraction of the memory with the bytes that it reads; see shareAhead.
const mostLookAhead = 2

// NewPool returns a pool with concurrency pieces in flight, of all transfers together; 0: as
// many as are worthwhile, at most MostConcurrency.
func NewPool(concurrency int) *Pool {
	p := &Pool{
		pace:    newPace(min(max(0, concurrency), maxConcurrency)),
		buffers: make(chan []byte, runtime.GOMAXPROCS(0)),
		ahead:   make(chan struct{}, mostLookAhead),
	}
	for range cap(p.buffers) {
		p.buffers <- nil // allocated at first use
	}
	return p
}

// enter begins a transfer and returns the shared time at its begin.
func (p *Pool) enter() time.Duration { return p.change(1) }

// leave ends a transfer and returns the shared time at its end.
func (p *Pool) leave() time.Duration { return p.change(-1) }

func (p *Pool) change(delta int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.active > 0 {
		p.shared += now.Sub(p.since) / time.Duration(p.active)
	}
	p.active += delta
	p.since = now
	return p.shared
}

// beginAhead reports whether one more transfer may hash ahead. It must call endAhead then.
func (p *Pool) beginAhead() bool {
	select {
	case p.ahead <- struct{}{}:
		return true
	default:
		return false
	}
}

func (p *Pool) endAhead() { <-p.ahead }
