package dirvault

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// TestGateAlone: whoever wants to be alone waits for those inside, keeps out
// those who come later, and gives up with its context.
func TestGateAlone(t *testing.T) {
	g := newGate()
	for range 3 {
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if g.tryAlone() {
		t.Fatal("alone with three others")
	}
	cause := errors.New("no patience")
	ctx, cancel := context.WithCancelCause(t.Context())
	waiting := make(chan error, 1)
	go func() { waiting <- g.enterAlone(ctx) }()
	cancel(cause)
	if err := <-waiting; !errors.Is(err, cause) {
		t.Errorf("gave up with %v", err)
	}
	for range 3 {
		g.leave()
	}
	if err := g.enterAlone(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.enter(ctx); !errors.Is(err, cause) {
		t.Errorf("entered beside somebody who is alone: %v", err)
	}
	g.leaveAlone()
	if !g.tryAlone() {
		t.Error("an empty gate refuses")
	}
}

// TestGateClosed: everybody who comes after a gate was closed is told the first
// reason, above all that a flush has failed.
func TestGateClosed(t *testing.T) {
	g := newGate()
	g.closeIfNotFlushed(nil)
	g.closeIfNotFlushed(errors.New("something else"))
	if err := g.enter(t.Context()); err != nil {
		t.Fatalf("an open gate: %v", err)
	}
	g.closeIfNotFlushed(fmt.Errorf("data %w: input/output error", errNotFlushed))
	g.close(errors.New("later"))
	g.leave()
	g.drain()
	if err := g.enter(t.Context()); !errors.Is(err, errNotFlushed) {
		t.Errorf("enter: %v", err)
	}
	if err := g.enterAlone(t.Context()); !errors.Is(err, errNotFlushed) {
		t.Errorf("enterAlone: %v", err)
	}
	if g.tryAlone() {
		t.Error("tryAlone passed a closed gate")
	}
}
