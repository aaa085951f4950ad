package transfer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"firn/vault"
)

// ErrGaveUp says that the service could not be reached, or refused to go on, for longer
// than the time allowed. Everything that was acknowledged stays valid.
var ErrGaveUp = errors.New("gave up waiting for the service")

// Retry says how long to repeat requests that may be repeated.
type Retry struct {
	// For is how long to go on without progress. vault.ErrGarbled and vault.ErrUnanswered
	// are given up earlier.
	For time.Duration
	// Waiting, if not nil, is called before each wait with its reason and duration.
	Waiting func(err error, wait time.Duration)
	// Stop ends the waiting early when it is closed.
	Stop <-chan struct{}
}

const (
	firstWait = 500 * time.Millisecond
	longWait  = time.Minute
)

// Errors that will most likely recur are repeated less: garbledTries is the number of
// consecutive answers that make no sense, unansweredFor the time for a service that has
// never answered.
const (
	garbledTries  = 5
	unansweredFor = 30 * time.Second
)

// backoff returns a random wait up to a ceiling that doubles with each try, so that parts
// that failed together do not retry together.
func backoff(try int) time.Duration {
	ceiling := longWait
	if try < 8 {
		ceiling = min(longWait, firstWait<<try)
	}
	return rand.N(ceiling)
}

// repeatable reports whether the same request may succeed later.
func repeatable(err error) bool {
	return errors.Is(err, vault.ErrThrottled) || errors.Is(err, vault.ErrUnavailable)
}

// Do calls f until it succeeds or fails with an error that will not pass.
func (r Retry) Do(ctx context.Context, f func(context.Context) error) error {
	clock := r.start()
	for {
		err := f(ctx)
		if err == nil || !repeatable(err) || ctx.Err() != nil {
			return err
		}
		if err := clock.wait(ctx, err); err != nil {
			return err
		}
	}
}

// retryClock counts the tries of one request and the time since the last progress.
type retryClock struct {
	Retry
	tries   int
	moved   func() time.Time // time of the last progress
	garbled int              // consecutive tries that ended with vault.ErrGarbled
	silent  time.Time        // time of the first of the consecutive tries that ended with vault.ErrUnanswered
}

func (r Retry) start() *retryClock {
	begin := time.Now()
	return &retryClock{Retry: r, moved: func() time.Time { return begin }}
}

// wait sleeps before the next try after cause, or returns an error if there should be none.
func (c *retryClock) wait(ctx context.Context, cause error) error {
	idle, allowed, reason := time.Since(c.moved()), c.For, "nothing moved for"
	if c.garbled++; !errors.Is(cause, vault.ErrGarbled) {
		c.garbled = 0
	}
	switch {
	case !errors.Is(cause, vault.ErrUnanswered):
		c.silent = time.Time{}
	case c.silent.IsZero():
		c.silent = time.Now()
	}
	if c.garbled == garbledTries {
		return fmt.Errorf("%w: %d answers in a row made no sense: %w", ErrGaveUp, garbledTries, cause)
	}
	if !c.silent.IsZero() {
		idle, allowed, reason = time.Since(c.silent), min(unansweredFor, c.For), "not one answer came in"
	}
	if idle >= allowed {
		return fmt.Errorf("%w: %s %s: %w", ErrGaveUp, reason, idle.Round(time.Second), cause)
	}
	pause := min(backoff(c.tries), allowed-idle)
	c.tries++
	if c.Waiting != nil {
		c.Waiting(cause, pause)
	}
	return Pause(ctx, c.Stop, pause)
}
