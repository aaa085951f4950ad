package transfer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"firn/vault"
)

// ErrGaveUp says that the service could not be reached, or refused to go on,
// for longer than the time allowed. Everything acknowledged stays valid.
var ErrGaveUp = errors.New("gave up waiting for the service")

// Retry says how long, and how patiently, to repeat what may be repeated.
type Retry struct {
	// For is how long to go on without any progress; see vault.ErrGarbled and
	// vault.ErrUnanswered for what is given up earlier.
	For time.Duration
	// Waiting, if not nil, is told why and how long before each wait.
	Waiting func(err error, wait time.Duration)
	// Stop ends the waiting early when it is closed.
	Stop <-chan struct{}
}

const (
	firstWait = 500 * time.Millisecond
	longWait  = time.Minute
)

// What will most likely be the same the next time is not repeated for as long as what
// passes: an answer that makes no sense a few times, in a row, and a service that has
// never answered for half a minute.
const (
	garbledTries  = 5
	unansweredFor = 30 * time.Second
)

// backoff is full jitter: anything up to a ceiling that doubles with each try,
// so that parts which failed together do not come back together.
func backoff(try int) time.Duration {
	ceiling := longWait
	if try < 8 {
		ceiling = min(longWait, firstWait<<try)
	}
	return rand.N(ceiling)
}

// repeatable reports whether the same request may do better later.
func repeatable(err error) bool {
	return errors.Is(err, vault.ErrThrottled) || errors.Is(err, vault.ErrUnavailable)
}

// Do calls f until it succeeds or fails in a way that time does not heal.
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

// patienceClock counts the tries at one thing and the time since it last moved.
type patienceClock struct {
	Retry
	tries   int
	moved   func() time.Time // when there last was progress
	garbled int              // tries in a row that ended with vault.ErrGarbled
	silent  time.Time        // the first of those in a row that ended with vault.ErrUnanswered
}

func (r Retry) start() *patienceClock {
	begin := time.Now()
	return &patienceClock{Retry: r, moved: func() time.Time { return begin }}
}

// wait sleeps before the next try after cause, or says why there is none.
func (c *patienceClock) wait(ctx context.Context, cause error) error {
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
