package transfer

import (
	"context"
	"io"
	"iter"
	"sync"
	"time"
)

// EachOptions are the options of Each. Concurrency is required: requests transfer no bytes
// by which Each could find out how many are worthwhile.
type EachOptions struct {
	Concurrency  int           // requests in flight, at least 1
	IdleTimeout  time.Duration // for one request
	RetryFor     time.Duration
	Drain        <-chan struct{}
	DrainTimeout time.Duration
	// Items and Size (in bytes) are the totals for Progress.
	Items    int
	Size     int64
	Progress func(Progress)
}

// Each makes one request for each item, several at a time and fewer when the service asks
// to slow down. It repeats a request after an error that may pass, so requests must be
// idempotent. Any other error, also one from items, ends everything.
//
// One goroutine iterates over items, no further ahead than there are requests in flight;
// items may block. Each calls done for one item at a time, after its request succeeded,
// even if the context was cancelled meanwhile. An error of done ends everything too. Errors
// are the same as for Fetch.
func Each[T any](
	ctx context.Context, items iter.Seq2[T, error], size func(T) int64,
	request func(context.Context, T) error, done func(context.Context, T) error, o EachOptions,
) error {
	e := &engine{concurrency: max(1, o.Concurrency), idle: o.IdleTimeout, retryFor: o.RetryFor, drain: o.Drain, grace: o.DrainTimeout}
	e.open(o.Progress, Progress{Size: o.Size, Parts: o.Items})
	e.meter.change(func(*Progress) {}) // report the totals
	next, stop := iter.Pull2(items)
	defer stop()
	var noting sync.Mutex
	return e.run(ctx, func(context.Context) (work, error) {
		item, err, more := next()
		switch {
		case !more:
			return nil, io.EOF
		case err != nil:
			return nil, err
		}
		return func(ctx, starting context.Context) error {
			err := e.repeat(ctx, starting, e.pace.attempts.queue(),
				func(on *flow) error { return request(on.ctx, item) },
				func(_ int, err error) error { return err })
			if err != nil {
				return err
			}
			noting.Lock()
			defer noting.Unlock()
			if err := done(context.WithoutCancel(ctx), item); err != nil {
				return err
			}
			e.meter.moved(size(item)) // arrived subtracts it again
			e.arrived(size(item))
			return nil
		}, nil
	})
}
