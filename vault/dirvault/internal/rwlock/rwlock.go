// Package rwlock has a lock that many hold side by side or one holds alone, whose waiting
// ends with a context, and which can be closed.
package rwlock

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/semaphore"

	"firn/vault/dirvault/internal/durable"
)

// Lock is like a sync.RWMutex, but waiting for it ends with the caller's context, and after
// Close nobody gets it any more. Callers are served in the order in which they came.
type Lock struct {
	holders *semaphore.Weighted
	mu      sync.Mutex
	reason  error // why the lock is closed; nil while it is open
}

// maxHolders is more than there can be callers.
const maxHolders = 1 << 40

// New returns an open lock that nobody holds.
func New() *Lock { return &Lock{holders: semaphore.NewWeighted(maxHolders)} }

// RLock gives the caller the lock beside others. The caller calls RUnlock, unless there
// was an error: the cause of the context's end, or the reason of Close.
func (l *Lock) RLock(ctx context.Context) error { return l.acquire(ctx, 1) }

// RUnlock ends what RLock began.
func (l *Lock) RUnlock() { l.holders.Release(1) }

// Lock waits until nobody holds the lock and gives it to the caller alone. The caller calls
// Unlock, unless there was an error: the cause of the context's end, or the reason of Close.
func (l *Lock) Lock(ctx context.Context) error { return l.acquire(ctx, maxHolders) }

// Unlock ends what Lock or TryLock began.
func (l *Lock) Unlock() { l.holders.Release(maxHolders) }

// TryLock is Lock if nobody holds the lock and it is open; else it returns false at once.
func (l *Lock) TryLock() bool {
	if !l.holders.TryAcquire(maxHolders) {
		return false
	}
	if l.Closed() != nil {
		l.Unlock()
		return false
	}
	return true
}

// Drain waits until nobody holds a lock that was closed before.
func (l *Lock) Drain() {
	// Background never ends, so Acquire does not fail.
	if l.holders.Acquire(context.Background(), maxHolders) == nil {
		l.Unlock()
	}
}

// Close makes RLock and Lock return reason from now on. The first reason stays.
func (l *Lock) Close(reason error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason == nil {
		l.reason = reason
	}
}

// CloseIfNotFlushed closes the lock when err comes from a failed flush.
func (l *Lock) CloseIfNotFlushed(err error) {
	if errors.Is(err, durable.ErrNotFlushed) {
		l.Close(err)
	}
}

// Closed returns the reason why the lock is closed, or nil.
func (l *Lock) Closed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

// Abandoned reports whether a failed flush has closed the lock and nobody holds it any
// more. Then the files that it protects can be opened again.
func (l *Lock) Abandoned() bool {
	if !errors.Is(l.Closed(), durable.ErrNotFlushed) || !l.holders.TryAcquire(maxHolders) {
		return false
	}
	l.Unlock()
	return true
}

func (l *Lock) acquire(ctx context.Context, n int64) error {
	if l.holders.Acquire(ctx, n) != nil {
		return context.Cause(ctx)
	}
	if err := l.Closed(); err != nil {
		l.holders.Release(n)
		return err
	}
	return nil
}
