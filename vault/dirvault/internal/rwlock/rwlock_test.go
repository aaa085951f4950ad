package rwlock_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/rwlock"
)

// TestLockAlone: Lock waits for those who hold the lock, goes before those who come later,
// and gives up with its context.
func TestLockAlone(t *testing.T) {
	l := rwlock.New()
	for range 3 {
		if err := l.RLock(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if l.TryLock() {
		t.Fatal("got it alone with three others")
	}
	cause := errors.New("no patience")
	ctx, cancel := context.WithCancelCause(t.Context())
	waiting := make(chan error, 1)
	go func() { waiting <- l.Lock(ctx) }()
	cancel(cause)
	if err := <-waiting; !errors.Is(err, cause) {
		t.Errorf("gave up with %v", err)
	}
	for range 3 {
		l.RUnlock()
	}
	if err := l.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.RLock(ctx); !errors.Is(err, cause) {
		t.Errorf("got it beside somebody who holds it alone: %v", err)
	}
	l.Unlock()
	if !l.TryLock() {
		t.Error("a lock that nobody holds is refused")
	}
}

// TestLockClosed: after Close everybody gets the first reason, above all that a flush has
// failed.
func TestLockClosed(t *testing.T) {
	l := rwlock.New()
	l.CloseIfNotFlushed(nil)
	l.CloseIfNotFlushed(errors.New("something else"))
	if err := l.RLock(t.Context()); err != nil {
		t.Fatalf("an open lock: %v", err)
	}
	l.CloseIfNotFlushed(fmt.Errorf("data %w: input/output error", durable.ErrNotFlushed))
	l.Close(errors.New("later"))
	l.RUnlock()
	l.Drain()
	if err := l.RLock(t.Context()); !errors.Is(err, durable.ErrNotFlushed) {
		t.Errorf("RLock: %v", err)
	}
	if err := l.Lock(t.Context()); !errors.Is(err, durable.ErrNotFlushed) {
		t.Errorf("Lock: %v", err)
	}
	if l.TryLock() {
		t.Error("TryLock got a closed lock")
	}
}
