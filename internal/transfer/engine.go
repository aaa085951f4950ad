package transfer

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"firn/vault"
)

// Defaults of Options and FetchOptions. Three minutes is the time that a few MiB in the
// system's send buffer need on a connection of 200 kbit/s. After 24 idle hours the service
// may drop an upload, or the output of a job.
const (
	DefaultIdleTimeout  = 3 * time.Minute
	DefaultRetryFor     = 20 * time.Hour
	DefaultDrainTimeout = 10 * time.Second
)

const (
	checksumTries  = 3
	maxConcurrency = 1024
)

// engine runs the attempts of one transfer, in either direction. It limits how many run at
// once and how long they may stall, and decides when to give up.
type engine struct {
	concurrency int // largest number of attempts at once; 0: as many as are worthwhile
	limiter     *rate.Limiter
	idle        time.Duration // an attempt fails after this time without a byte
	retryFor    time.Duration // the transfer fails after this time without a finished piece
	drain       <-chan struct{}
	grace       time.Duration // time for attempts in progress after a drain

	pace  *pace // nil before open: the transfer gets its own
	meter meter

	hopeless context.CancelCauseFunc // cancels the context in which attempts begin

	mu          sync.Mutex
	lastMoved   time.Time
	interrupted bool
}

// open sets the defaults and prepares for one transfer.
func (e *engine) open(report func(Progress), start Progress) {
	setDefault(&e.idle, DefaultIdleTimeout)
	setDefault(&e.retryFor, DefaultRetryFor)
	setDefault(&e.grace, DefaultDrainTimeout)
	if e.pace == nil {
		e.pace = newPace(min(max(0, e.concurrency), maxConcurrency))
	}
	e.lastMoved = time.Now()
	start.Concurrency = e.pace.now()
	e.meter.report = report
	e.meter.now = start
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

// work transfers one piece. An attempt that has begun ends with ctx; no attempt begins
// after starting is cancelled.
type work func(ctx, starting context.Context) error

// run calls next, from one goroutine, whenever a worker is free, until next returns io.EOF
// or the caller drains the transfer. It returns when all work has ended: with the first
// error, or with ErrInterrupted if there was a drain.
func (e *engine) run(ctx context.Context, next func(starting context.Context) (work, error)) error {
	ctx, stop := UntilDrained(ctx, e.drain, e.grace)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	starting, hopeless := context.WithCancelCause(ctx)
	defer hopeless(nil)
	e.hopeless = hopeless
	starting, stopStarting := UntilDrained(starting, e.drain, 0)
	defer stopStarting()
	err := e.dispatch(ctx, starting, group, next)
	if failed := group.Wait(); failed != nil {
		err = failed // the cause: dispatch only saw the cancelled context
	}
	if err == nil && e.interrupted {
		err = ErrInterrupted
	}
	return err
}

// dispatch starts a goroutine of the group for each work, until next or starting ends.
func (e *engine) dispatch(ctx, starting context.Context, group *errgroup.Group, next func(context.Context) (work, error)) error {
	for {
		if err := e.pace.workers.acquire(starting); err != nil {
			return e.unlessDraining(ctx, err)
		}
		bring, err := next(starting)
		if err != nil {
			e.pace.workers.release() // other transfers may share the pace
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return e.unlessDraining(ctx, err)
		}
		group.Go(func() error {
			defer e.pace.workers.release()
			return e.unlessDraining(ctx, bring(ctx, starting))
		})
	}
}

// unlessDraining records that a drain began, and returns nil so that the attempts in
// progress can finish: an error would cancel them. It returns other errors unchanged.
func (e *engine) unlessDraining(ctx context.Context, err error) error {
	if !errors.Is(err, ErrInterrupted) || ctx.Err() != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.interrupted = true
	return nil
}

// repeat makes attempts until one succeeds or further ones are pointless. first is the
// ticket of the first attempt. After an attempt that ended with ErrChecksum, repeat calls
// mismatch with the number of such ends so far; mismatch returns nil if another attempt may
// do better.
func (e *engine) repeat(
	ctx, starting context.Context, first ticket, try func(*flow) error, mismatch func(times int, err error) error,
) error {
	clock := &retryClock{
		Retry: Retry{For: e.retryFor, Waiting: e.waiting, Stop: e.drain},
		moved: e.moved,
	}
	for mismatches, t := 0, first; ; t = e.pace.attempts.queue() {
		epoch, err := e.pace.acquire(starting, t)
		if err != nil {
			return err
		}
		err = e.once(ctx, epoch, try)
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case errors.Is(err, vault.ErrChecksum):
			mismatches++
			if err := mismatch(mismatches, err); err != nil {
				return err
			}
		case isFinal(err):
			return err
		}
		if err := clock.wait(ctx, err); err != nil {
			return err
		}
	}
}

// isFinal reports whether no further attempt can do better.
func isFinal(err error) bool { return !errors.Is(err, vault.ErrChecksum) && !repeatable(err) }

// once makes one attempt, admitted in an epoch. If it fails, its bytes are subtracted from
// the progress.
func (e *engine) once(ctx context.Context, epoch int, try func(*flow) error) error {
	guarded, dog, stop := guard(ctx, e.idle)
	defer stop()
	f := &flow{ctx: guarded, limiter: e.limiter, dog: dog, moved: e.meter.moved}
	result := neutral
	defer func() { e.pace.done(epoch, result, f.at) }()
	err := try(f)
	if err == nil {
		result = good
		return nil
	}
	e.meter.moved(-f.at)
	if !IsSource(err) && !IsSink(err) && context.Cause(guarded) == errStalled { //nolint:errorlint // the cause is this very value
		err = errStalled
	}
	if errors.Is(err, vault.ErrThrottled) || errors.Is(err, vault.ErrLost) && f.at > 0 {
		result = tooMuch
	}
	if ctx.Err() == nil && isFinal(err) {
		e.hopeless(err) // before another attempt is admitted
	}
	return err
}

// arrived counts a finished piece of size bytes.
func (e *engine) arrived(size int64) {
	e.mu.Lock()
	e.lastMoved = time.Now()
	e.mu.Unlock()
	e.meter.change(func(now *Progress) {
		now.PartsDone++
		now.Done += size
		now.InFlight -= size
		now.Concurrency = e.pace.now()
		now.Waiting = nil
	})
}

func (e *engine) moved() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lastMoved
}

func (e *engine) waiting(cause error, wait time.Duration) {
	e.meter.change(func(now *Progress) {
		now.Retries++
		now.Concurrency = e.pace.now()
		now.Waiting = cause
		now.Until = time.Now().Add(wait)
	})
}
