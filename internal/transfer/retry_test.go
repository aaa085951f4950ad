package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"firn/internal/attempt"
	"firn/internal/transfer"
	"firn/vault"
)

// The time of a service that has never answered begins with the first try, which may itself
// wait for long.
func TestUnansweredTriesCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin, tries := time.Now(), 0
		err := transfer.Retry{For: time.Hour}.Do(t.Context(), func(context.Context) error {
			tries++
			<-time.After(30 * time.Second)
			return vault.ErrUnanswered
		})
		if took := time.Since(begin); !errors.Is(err, transfer.ErrGaveUp) || tries != 1 || took != 30*time.Second {
			t.Errorf("%d tries in %v: %v", tries, took, err)
		}
	})
}

// The first failure is announced at once, and one a minute after it.
func TestAnnounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin, tries := time.Now(), 0
		var said []time.Duration
		r := transfer.Retry{For: 10 * time.Minute}.Announce(func(sentence string) {
			said = append(said, time.Since(begin))
			if want := fmt.Sprintf("no answer %d; on line 2; retrying for up to 10 min", tries); sentence != want {
				t.Errorf("got %q, want %q", sentence, want)
			}
		})
		_ = r.Do(t.Context(), func(context.Context) error {
			tries++
			return &lostError{fmt.Sprintf("no answer %d\non line 2", tries)}
		})
		if len(said) < 4 || said[0] != 0 || tries <= len(said) {
			t.Fatalf("%d tries, announced at %v", tries, said)
		}
		for i, at := range said[1:] {
			if at-said[i] < time.Minute {
				t.Errorf("announced at %v", said)
			}
		}
	})
}

// lostError is a vault.ErrLost with a text of its own.
type lostError struct{ text string }

func (e *lostError) Error() string { return e.text }
func (e *lostError) Unwrap() error { return vault.ErrLost }

// A failure that will most likely repeat ends the retries soon, whatever the operation.
func TestRetryIsAsPatientAsItMakesSense(t *testing.T) {
	const patience = 20 * time.Hour
	for name, c := range map[string]struct {
		fail         func(try int) error
		tries        int // exactly; 0 means any number
		least, limit time.Duration
	}{
		"garbled":    {func(int) error { return vault.ErrGarbled }, 5, 0, time.Minute},
		"unanswered": {func(int) error { return vault.ErrUnanswered }, 0, 30 * time.Second, 31 * time.Second},
		"unanswered, and now lost": {func(try int) error {
			if try < 4 {
				return vault.ErrUnanswered
			}
			return vault.ErrLost
		}, 0, patience, patience + time.Minute},
		"garbled now and then": {func(try int) error {
			if try%4 == 0 {
				return vault.ErrLost
			}
			return vault.ErrGarbled
		}, 0, patience, patience + time.Minute},
		"unavailable": {func(int) error { return vault.ErrUnavailable }, 0, patience, patience + time.Minute},
	} {
		for way, repeat := range map[string]func(context.Context, func(context.Context) error) error{
			"a request": transfer.Retry{For: patience}.Do,
			"items": func(ctx context.Context, f func(context.Context) error) error {
				return transfer.Each(ctx, func(yield func(int, error) bool) { yield(1, nil) }, func(int) int64 { return 0 },
					func(ctx context.Context, _ int) error { return f(ctx) }, func(context.Context, int) error { return nil },
					transfer.EachOptions{Concurrency: 1, RetryFor: patience})
			},
		} {
			t.Run(name+"/"+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begin, tries, cause := time.Now(), 0, errors.New("the cause")
					err := repeat(t.Context(), func(context.Context) error {
						tries++
						return fmt.Errorf("%w: %w", c.fail(tries), cause)
					})
					if !errors.Is(err, transfer.ErrGaveUp) || !errors.Is(err, vault.ErrUnavailable) || !errors.Is(err, cause) {
						t.Errorf("got %v", err)
					}
					if took := time.Since(begin); took < c.least || took > c.limit || c.tries > 0 && tries != c.tries {
						t.Errorf("%d tries in %v", tries, took)
					}
				})
			})
		}
	}
}

// What -v calls an attempt is counted by request, not by address.
func TestRetryCountsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts []int
		failures := []error{vault.ErrNotFound, vault.ErrThrottled, vault.ErrThrottled, nil}
		send := func(ctx context.Context) error {
			err := failures[0]
			failures = failures[1:]
			attempts = append(attempts, attempt.Counter(ctx, "HEAD /films")(err != nil))
			return err
		}
		ctx := attempt.Scope(t.Context()) // as package amazon opens for the whole command
		for range 2 {
			_ = transfer.Retry{For: time.Hour}.Do(ctx, send) // the first request ends with ErrNotFound
		}
		if !slices.Equal(attempts, []int{1, 1, 2, 3}) {
			t.Errorf("the attempts are %d", attempts)
		}
	})
}
