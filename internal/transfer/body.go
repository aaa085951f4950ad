package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"firn/vault"
)

// errStalled ends an attempt in which no byte moved for too long. It counts as
// throttling: with less at once, each part gets more of the line.
var errStalled = fmt.Errorf("no byte moved for too long: %w", vault.ErrThrottled)

// leastBurst is how many bytes pass the rate limiter at a time at least. At high
// rates it is what a fiftieth of a second brings: timers are no finer than that
// on every system.
const leastBurst = 32 << 10

// NewLimiter returns a limiter for the bytes of all parts together, at
// bytesPerSecond, or nil for no limit.
func NewLimiter(bytesPerSecond int64) *rate.Limiter {
	if bytesPerSecond <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(bytesPerSecond), max(leastBurst, int(bytesPerSecond/50)))
}

// watchdog ends a context when it is not fed for a while.
type watchdog struct {
	timer *time.Timer
	limit time.Duration
}

// guard returns a context that ends with errStalled when the watchdog was not
// fed for limit. The caller calls stop when the attempt is over.
func guard(ctx context.Context, limit time.Duration) (guarded context.Context, dog *watchdog, stop func()) {
	guarded, cancel := context.WithCancelCause(ctx)
	dog = &watchdog{limit: limit}
	dog.timer = time.AfterFunc(limit, func() { cancel(errStalled) })
	return guarded, dog, func() {
		dog.timer.Stop()
		cancel(nil)
	}
}

func (d *watchdog) feed() { d.timer.Reset(d.limit) }

// body is a part's bytes on their way out: limited in rate, watched, counted,
// and honest about whose fault a failure is.
type body struct {
	*io.SectionReader
	ctx     context.Context
	limiter *rate.Limiter
	dog     *watchdog
	moved   func(delta int64)
	at      int64 // bytes that moved counts as handed out
	failed  atomic.Pointer[sourceError]
}

// Read hands out the next bytes, in pieces that pass the limiter.
func (b *body) Read(p []byte) (int, error) {
	if b.limiter != nil {
		p = p[:min(len(p), b.limiter.Burst())]
		b.dog.timer.Stop() // waiting for our own limiter is no stall
		if err := b.limiter.WaitN(b.ctx, len(p)); err != nil {
			return 0, err
		}
	}
	n, err := b.SectionReader.Read(p)
	b.dog.feed()
	b.count(int64(n))
	if errors.Is(err, io.EOF) && b.at < b.Size() {
		err = fmt.Errorf("%w: it is shorter than it was", ErrSourceChanged)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed.Store(&sourceError{err})
	}
	return n, err
}

// Seek serves a kind that must send the part again.
func (b *body) Seek(offset int64, whence int) (int64, error) {
	pos, err := b.SectionReader.Seek(offset, whence)
	if err == nil {
		b.count(pos - b.at)
	}
	return pos, err
}

func (b *body) count(delta int64) {
	b.at += delta
	b.moved(delta)
}

// sourceFailure returns the error that the source gave while it was read.
func (b *body) sourceFailure() error {
	if failure := b.failed.Load(); failure != nil {
		return failure
	}
	return nil
}
