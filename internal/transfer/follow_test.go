package transfer_test

import (
	"testing"
	"time"

	"firn/internal/transfer"
)

// phases are limits that change after some time from their begin.
type phases struct {
	begin time.Time
	after []time.Duration // in ascending order
	rates []int64         // one more
}

func (p phases) At(now time.Time) int64 {
	for i, after := range p.after {
		if now.Before(p.begin.Add(after)) {
			return p.rates[i]
		}
	}
	return p.rates[len(p.after)]
}

func (p phases) Next(now time.Time) time.Time {
	for _, after := range p.after {
		if at := p.begin.Add(after); at.After(now) {
			return at
		}
	}
	return time.Time{}
}

func TestSendFollowsTheLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limits phases
		size   int
		want   time.Duration
	}{
		"faster, and slower again": {phases{
			after: []time.Duration{64 * time.Second, 128 * time.Second}, rates: []int64{mib / 32, mib / 8, mib / 32},
		}, 11 * mib, 160 * time.Second},
		"limited between times without a limit": {phases{
			after: []time.Duration{0, time.Hour}, rates: []int64{0, mib / 1024, 0},
		}, 4 * mib, time.Hour},
		"no limit at first": {phases{after: []time.Duration{time.Hour}, rates: []int64{0, 1}}, 4 * mib, 0},
	} {
		t.Run(name, func(t *testing.T) {
			stop := func() {}
			send(t, c.size, func(b *bench) {
				c.limits.begin = time.Now()
				b.options.Concurrency = 2
				b.options.Limiter, stop = transfer.StartLimiter(b.t.Context(), c.limits, time.Now)
			}, func(b *bench, out transfer.Outcome, err error) {
				stop()
				mustComplete(b, out, err)
				// Bytes that wait when the limit changes still wait for as long as before.
				if off := out.Busy - c.want; off < -c.want/10 || off > c.want/10 {
					t.Errorf("took %s, want %s", out.Busy, c.want)
				}
			})
		})
	}
}
