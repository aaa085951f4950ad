package transfer_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"firn/internal/transfer"
	"firn/vault"
)

// counter is a service that takes a second for each request and counts the requests.
type counter struct {
	mu      sync.Mutex
	running int
	most    int
	asked   map[int]int // how often, by item
	done    []int
	last    transfer.Progress
	answer  func(item, times int) error
}

func (c *counter) request(ctx context.Context, item int) error {
	c.mu.Lock()
	c.running++
	c.most = max(c.most, c.running)
	c.asked[item]++
	times := c.asked[item]
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.running--
		c.mu.Unlock()
	}()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if c.answer == nil {
		return nil
	}
	return c.answer(item, times)
}

func (c *counter) note(_ context.Context, item int) error {
	c.done = append(c.done, item)
	return nil
}

func upTo(n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
	}
}

func (c *counter) each(ctx context.Context, items iter.Seq2[int, error], drain <-chan struct{}) error {
	c.asked = make(map[int]int)
	return transfer.Each(ctx, items, func(int) int64 { return 10 }, c.request, c.note, transfer.EachOptions{
		Concurrency: 8, RetryFor: time.Hour, Drain: drain, Items: 100, Size: 1000,
		Progress: func(p transfer.Progress) { c.last = p },
	})
}

func TestEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{answer: func(item, times int) error {
			switch {
			case item%10 == 3 && times == 1:
				return vault.ErrUnavailable
			case item == 50 && times < 4:
				return vault.ErrThrottled
			}
			return nil
		}}
		if err := c.each(t.Context(), upTo(100), nil); err != nil {
			t.Fatal(err)
		}
		slices.Sort(c.done)
		if !slices.Equal(c.done, numbers(100)) {
			t.Errorf("done: %v", c.done)
		}
		if c.most != 8 {
			t.Errorf("%d at once", c.most)
		}
		if c.last.PartsDone != 100 || c.last.Done != 1000 || c.last.InFlight != 0 || c.last.Retries != 13 {
			t.Errorf("told at last: %+v", c.last)
		}
	})
}

func numbers(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func TestEachSlowsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{}
		c.answer = func(item, _ int) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.running > 2 {
				return vault.ErrThrottled
			}
			return nil
		}
		if err := c.each(t.Context(), upTo(30), nil); err != nil || len(c.done) != 30 {
			t.Errorf("%d done, %v", len(c.done), err)
		}
		if c.last.Concurrency > 4 {
			t.Errorf("at last %d at once", c.last.Concurrency)
		}
	})
}

func TestEachEnds(t *testing.T) {
	odd := errors.New("odd")
	for name, c := range map[string]struct {
		items  iter.Seq2[int, error]
		answer func(item, times int) error
		note   error
		want   error
	}{
		"at a refusal": {items: upTo(100), answer: func(item, _ int) error {
			if item == 20 {
				return vault.ErrDenied
			}
			return nil
		}, want: vault.ErrDenied},
		"at an error of the items": {items: func(yield func(int, error) bool) {
			if yield(1, nil) {
				yield(2, odd)
			}
		}, want: odd},
		"without an answer": {items: upTo(100), answer: func(int, int) error { return vault.ErrUnavailable }, want: transfer.ErrGaveUp},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &counter{answer: c.answer}
				if err := s.each(t.Context(), c.items, nil); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				if len(s.done) > 40 {
					t.Errorf("%d done", len(s.done))
				}
			})
		})
	}
}

// After a drain, running requests end and are recorded, and no other request begins.
func TestEachDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drain := make(chan struct{})
		time.AfterFunc(2500*time.Millisecond, func() { close(drain) })
		c := &counter{}
		if err := c.each(t.Context(), upTo(100), drain); !errors.Is(err, transfer.ErrInterrupted) {
			t.Errorf("got %v", err)
		}
		if len(c.done) != 24 || len(c.asked) != 24 {
			t.Errorf("%d of %d done", len(c.done), len(c.asked))
		}
	})
}
