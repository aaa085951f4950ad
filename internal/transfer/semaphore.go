package transfer

import (
	"context"
	"slices"
	"sync"
)

// semaphore admits a limited number of holders at once, in the order of their tickets. The
// limit may change at any time; present holders stay.
type semaphore struct {
	mu      sync.Mutex
	limit   int // how many holders there may be
	held    int
	waiters []ticket
}

func newSemaphore(limit int) *semaphore { return &semaphore{limit: limit} }

// ticket is a position in the queue. It is closed when its owner is admitted.
type ticket chan struct{}

// queue returns a ticket. Its owner must call wait.
func (s *semaphore) queue() ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := make(ticket)
	s.waiters = append(s.waiters, t)
	s.admit()
	return t
}

// wait waits until the ticket is admitted. After that the caller must call release.
func (s *semaphore) wait(ctx context.Context, t ticket) error {
	if ctx.Err() == nil {
		select {
		case <-t:
			if ctx.Err() == nil {
				return nil
			}
		case <-ctx.Done():
		}
	}
	s.cancel(t)
	return context.Cause(ctx)
}

// acquire queues and waits.
func (s *semaphore) acquire(ctx context.Context) error { return s.wait(ctx, s.queue()) }

// cancel removes a ticket from the queue, or releases it if it was admitted already.
func (s *semaphore) cancel(t ticket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.waiters, t); i >= 0 {
		s.waiters = slices.Delete(s.waiters, i, i+1)
		return
	}
	s.held--
	s.admit()
}

func (s *semaphore) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held--
	s.admit()
}

// resize changes the limit.
func (s *semaphore) resize(limit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = limit
	s.admit()
}

// admit admits waiters up to the limit. The caller holds s.mu.
func (s *semaphore) admit() {
	for len(s.waiters) > 0 && s.held < s.limit {
		s.held++
		close(s.waiters[0])
		s.waiters = s.waiters[1:]
	}
}
