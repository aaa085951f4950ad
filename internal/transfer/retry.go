package transfer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"firn/internal/attempt"
	"firn/internal/humane"
	"firn/vault"
)

// ErrGaveUp says that the service could not be reached, or refused to go on, for longer
// than the time allowed. Everything that was acknowledged stays valid.
var ErrGaveUp = errors.New("gave up waiting for the service")

// Retry says how long to repeat requests that may be repeated.
type Retry struct {
	// For is how long to go on without progress. vault.ErrGarbled and vault.ErrUnanswered
	// are given up earlier; see [Retry.Allowed].
	For time.Duration
	// Waiting, if not nil, is called before each wait with its reason and duration.
	Waiting func(err error, wait time.Duration)
	// Stop ends the waiting early when it is closed.
	Stop <-chan struct{}
}

const (
	firstWait = 500 * time.Millisecond
	longWait  = time.Minute
	// announceEvery is the shortest time between two announcements of [Retry.Announce].
	announceEvery = time.Minute
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

// Allowed returns how long requests that fail with err are repeated without progress.
func (r Retry) Allowed(err error) time.Duration {
	if errors.Is(err, vault.ErrUnanswered) {
		return min(unansweredFor, r.For)
	}
	return r.For
}

// Announce returns r with a Waiting that passes a sentence to say: the reason of the first
// wait, at once, and then one reason a minute. Most waits repeat the reason before them.
func (r Retry) Announce(say func(sentence string)) Retry {
	var last time.Time
	r.Waiting = func(err error, _ time.Duration) {
		if !last.IsZero() && time.Since(last) < announceEvery {
			return
		}
		last = time.Now()
		reason := strings.ReplaceAll(err.Error(), "\n", "; ")
		say(fmt.Sprintf("%s; retrying for up to %s", reason, humane.Usually(r.Allowed(err))))
	}
	return r
}

// Do calls f until it succeeds or fails with an error that will not pass.
func (r Retry) Do(ctx context.Context, f func(context.Context) error) error {
	clock := r.start()
	ctx = attempt.Scope(ctx)
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
	began   time.Time        // time at which the present try may have begun
	moved   func() time.Time // time of the last progress
	garbled int              // consecutive tries that ended with vault.ErrGarbled
	silent  time.Time        // begin of the first of the consecutive tries that ended with vault.ErrUnanswered
}

func (r Retry) start() *retryClock {
	begin := time.Now()
	return &retryClock{Retry: r, began: begin, moved: func() time.Time { return begin }}
}

// wait sleeps before the next try after cause, or returns an error if there should be none.
func (c *retryClock) wait(ctx context.Context, cause error) error {
	since, without := c.moved(), "progress"
	if c.garbled++; !errors.Is(cause, vault.ErrGarbled) {
		c.garbled = 0
	}
	switch {
	case !errors.Is(cause, vault.ErrUnanswered):
		c.silent = time.Time{}
	case c.silent.IsZero():
		c.silent = c.began
	}
	if c.garbled == garbledTries {
		return fmt.Errorf("%w: %d answers in a row made no sense: %w", ErrGaveUp, garbledTries, cause)
	}
	if !c.silent.IsZero() {
		since, without = c.silent, "an answer"
	}
	idle, allowed := time.Since(since), c.Allowed(cause)
	if idle >= allowed {
		if idle < time.Second {
			return fmt.Errorf("%w: %w", ErrGaveUp, cause)
		}
		return fmt.Errorf("%w after %s without %s: %w", ErrGaveUp, humane.Usually(idle.Round(time.Second)), without, cause)
	}
	pause := min(backoff(c.tries), allowed-idle)
	c.tries++
	if c.Waiting != nil {
		c.Waiting(cause, pause)
	}
	defer func() { c.began = time.Now() }()
	return Pause(ctx, c.Stop, pause)
}
