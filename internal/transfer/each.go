package transfer

import (
	"context"
	"io"
	"iter"
	"sync"
	"time"
)

// EachOptions is what Each needs. Concurrency is required: requests move no bytes by
// which one could tell how many pay.
type EachOptions struct {
	Concurrency  int           // requests in flight, at least 1
	IdleTimeout  time.Duration // of one request
	RetryFor     time.Duration
	Drain        <-chan struct{}
	DrainTimeout time.Duration
	// Items and Size, in bytes, are of all that is to be done, for Progress.
	Items    int
	Size     int64
	Progress func(Progress)
}

// Each makes one request for each item, several at a time and fewer when the
// service asks to slow down. A request that time may heal is repeated, so it must
// be one that may be; another error ends everything, as one of items does.
//
// items is walked by one goroutine, no further ahead than there are requests in
// flight, and may block. done is called for one item at a time, after its
// request succeeded, and even if everything was cancelled meanwhile; its error
// ends everything, too. Errors are as those of Fetch.
func Each[T any](
	ctx context.Context, items iter.Seq2[T, error], size func(T) int64,
	request func(context.Context, T) error, done func(context.Context, T) error, o EachOptions,
) error {
	l := &line{concurrency: max(1, o.Concurrency), idle: o.IdleTimeout, retryFor: o.RetryFor, drain: o.Drain, grace: o.DrainTimeout}
	l.open(o.Progress, Progress{Size: o.Size, Parts: o.Items})
	l.meter.change(func(*Progress) {}) // the plan
	next, stop := iter.Pull2(items)
	defer stop()
	var noting sync.Mutex
	return l.run(ctx, func(context.Context) (work, error) {
		item, err, more := next()
		switch {
		case !more:
			return nil, io.EOF
		case err != nil:
			return nil, err
		}
		return func(ctx, starting context.Context) error {
			err := l.insist(ctx, starting, l.pace.turns.queue(),
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
			l.meter.moved(size(item)) // arrived takes it back
			l.arrived(size(item))
			return nil
		}, nil
	})
}
