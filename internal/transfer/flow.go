package transfer

import (
	"context"

	"golang.org/x/time/rate"
)

// leastBurst is how many bytes pass the rate limiter at a time at least. At high
// rates it is what a fiftieth of a second brings: timers are no finer than that
// on every system.
const leastBurst = 32 << 10

// NewLimiter returns a limiter for the bytes of a whole transfer, at
// bytesPerSecond, or nil for no limit.
func NewLimiter(bytesPerSecond int64) *rate.Limiter {
	if bytesPerSecond <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(bytesPerSecond), max(leastBurst, int(bytesPerSecond/50)))
}

// flow is the bytes of one attempt on the line: limited in rate, watched and
// counted.
type flow struct {
	ctx     context.Context // of the attempt; the watchdog ends it
	limiter *rate.Limiter
	dog     *watchdog
	moved   func(delta int64)
	at      int64 // bytes that moved counts
}

// allow waits until bytes may pass and returns how many of n. Waiting for our own
// limiter is no stall: the watchdog sleeps until it is fed.
func (f *flow) allow(n int) (int, error) {
	if f.limiter == nil {
		return n, nil
	}
	n = min(n, f.limiter.Burst())
	f.dog.rest()
	err := f.limiter.WaitN(f.ctx, n)
	if f.ctx.Err() != nil {
		err = context.Cause(f.ctx)
	}
	return n, err
}

func (f *flow) count(delta int64) {
	f.at += delta
	f.moved(delta)
}
