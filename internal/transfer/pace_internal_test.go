package transfer

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestPaceHalvesOncePerEpochAndGrowsAgain(t *testing.T) {
	p := newPace(8)
	epochs := make([]int, 8)
	for i := range epochs {
		epochs[i] = take(t, p)
	}
	for _, epoch := range epochs {
		p.done(epoch, tooMuch, 0) // all eight failed for the same reason
	}
	if p.now() != 4 {
		t.Fatalf("limit %d after one wall, want 4", p.now())
	}
	p.done(take(t, p), tooMuch, 0)
	if p.now() != 2 {
		t.Fatalf("limit %d after a second wall, want 2", p.now())
	}
	for range 2 + 3 { // as many successes as the limit, each time
		p.done(take(t, p), good, 0)
	}
	if p.now() != 4 {
		t.Fatalf("limit %d after five successes, want 4", p.now())
	}
	for range 100 {
		p.done(take(t, p), good, 0)
	}
	if p.now() != 8 {
		t.Fatalf("limit %d, want the 8 it began with and no more", p.now())
	}
	for range 5 {
		p.done(take(t, p), tooMuch, 0)
	}
	if p.now() != 1 {
		t.Fatalf("limit %d, want at least one", p.now())
	}
}

func TestPaceServesWaitersInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(1)
		first := take(t, p)
		served := make(chan int, 2)
		for i := range 2 {
			go func() {
				epoch, err := p.acquire(t.Context(), p.attempts.queue())
				if err != nil {
					t.Error(err)
				}
				served <- i
				p.done(epoch, neutral, 0)
			}()
			synctest.Wait()
		}
		p.done(first, neutral, 0)
		if a, b := <-served, <-served; a != 0 || b != 1 {
			t.Errorf("served %d before %d", a, b)
		}
	})
}

func TestPaceGivesBackTheTurnOfAWaiterThatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(1)
		first := take(t, p)
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := p.acquire(ctx, p.attempts.queue())
			left <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		p.done(first, neutral, 0)
		take(t, p)
	})
}

func take(t *testing.T, p *pace) int {
	t.Helper()
	epoch, err := p.acquire(t.Context(), p.attempts.queue())
	if err != nil {
		t.Fatal(err)
	}
	return epoch
}
