package transfer

import (
	"context"

	"golang.org/x/time/rate"
)

// leastBurst is the smallest burst of the rate limiter in bytes. At high rates the burst is
// the bytes of a fiftieth of a second, since timers are not finer on every system.
const leastBurst = 32 << 10

// NewLimiter returns a limiter for the bytes of a whole transfer, at bytesPerSecond, or nil
// if that is not above 0.
func NewLimiter(bytesPerSecond int64) *rate.Limiter {
	if bytesPerSecond <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(bytesPerSecond), burst(bytesPerSecond))
}

func burst(bytesPerSecond int64) int { return max(leastBurst, int(bytesPerSecond/50)) }

// flow limits, watches and counts the bytes of one attempt.
type flow struct {
	ctx     context.Context // of the attempt; the watchdog cancels it
	limiter *rate.Limiter
	dog     *watchdog
	moved   func(delta int64)
	at      int64 // bytes counted by moved
}

// allow waits until bytes may pass and returns how many of n. Waiting for our own limiter
// is no stall, so it pauses the watchdog, which the next feed restarts.
func (f *flow) allow(n int) (int, error) {
	if f.limiter == nil || f.limiter.Limit() == rate.Inf {
		return n, nil
	}
	f.dog.rest()
	for {
		allowed := min(n, f.limiter.Burst())
		err := f.limiter.WaitN(f.ctx, allowed)
		switch {
		case f.ctx.Err() != nil:
			return allowed, context.Cause(f.ctx)
		case err == nil || allowed <= f.limiter.Burst(): // otherwise the burst has become smaller
			return allowed, err
		}
	}
}

func (f *flow) count(delta int64) {
	f.at += delta
	f.moved(delta)
}
