package transfer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits are the limits of a rate by the time. A depot.Timetable implements it.
type Limits interface {
	At(now time.Time) int64       // bytes per second; 0: no limit
	Next(now time.Time) time.Time // when the limit will change; zero: never
}

// longestFollow is the longest time between two looks at the clock. A timer does not count the
// time during which the computer sleeps, and a clock may be set.
const longestFollow = time.Minute

// StartLimiter returns a limiter for the bytes of one or more transfers, which follows the limits
// until ctx ends; nil if there is never a limit. now is the clock of the limits. The caller calls
// stop after the transfers.
func StartLimiter(ctx context.Context, limits Limits, now func() time.Time) (limiter *rate.Limiter, stop func()) {
	begin := now()
	if limits.Next(begin).IsZero() {
		return NewLimiter(limits.At(begin)), func() {}
	}
	limiter = rate.NewLimiter(rate.Inf, leastBurst)
	setLimit(limiter, limits.At(begin))
	ctx, cancel := context.WithCancel(ctx)
	var following sync.WaitGroup
	following.Go(func() { follow(ctx, limiter, limits, now) })
	return limiter, func() {
		cancel()
		following.Wait()
	}
}

func follow(ctx context.Context, limiter *rate.Limiter, limits Limits, now func() time.Time) {
	for {
		at := now()
		setLimit(limiter, limits.At(at))
		next := limits.Next(at)
		if next.IsZero() || Pause(ctx, nil, min(next.Sub(at), longestFollow)) != nil {
			return
		}
	}
}

func setLimit(limiter *rate.Limiter, bytesPerSecond int64) {
	if bytesPerSecond <= 0 {
		limiter.SetLimit(rate.Inf)
		return
	}
	limiter.SetLimit(rate.Limit(bytesPerSecond))
	limiter.SetBurst(burst(bytesPerSecond))
}
