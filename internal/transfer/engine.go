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

// Defaults of Options and FetchOptions. Three minutes is what a few MiB in the
// system's send buffer need on a line of 200 kbit/s; at 24 idle hours the service
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

// line is the way to the vault as one transfer uses it, in either direction: how
// much is on it at once, how long it may stand still, and how it is given up.
type line struct {
	concurrency int // attempts at once, at most; 0: as many as pay
	limiter     *rate.Limiter
	idle        time.Duration // without a byte, before an attempt fails
	retryFor    time.Duration // without a piece, before the transfer fails
	drain       <-chan struct{}
	grace       time.Duration // for attempts in progress, once drained

	pace  *pace
	meter meter

	hopeless context.CancelCauseFunc // lets no attempt begin any more

	mu          sync.Mutex
	lastMoved   time.Time
	interrupted bool
}

// open puts the defaults in place and makes l ready for one transfer.
func (l *line) open(report func(Progress), start Progress) {
	l.concurrency = min(max(0, l.concurrency), maxConcurrency)
	setDefault(&l.idle, DefaultIdleTimeout)
	setDefault(&l.retryFor, DefaultRetryFor)
	setDefault(&l.grace, DefaultDrainTimeout)
	l.pace = newPace(l.concurrency)
	l.lastMoved = time.Now()
	start.Concurrency = l.pace.now()
	l.meter.report = report
	l.meter.now = start
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

// work brings one piece over the line. An attempt that has begun ends with ctx;
// none begins once starting has ended.
type work func(ctx, starting context.Context) error

// run takes work from next, called by one goroutine, as hands become free, until
// next returns io.EOF or the caller drains the line. It returns when all work
// has ended: with the first error, or with ErrInterrupted if there was a drain.
func (l *line) run(ctx context.Context, next func(starting context.Context) (work, error)) error {
	ctx, stop := UntilDrained(ctx, l.drain, l.grace)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	starting, hopeless := context.WithCancelCause(ctx)
	defer hopeless(nil)
	l.hopeless = hopeless
	starting, stopStarting := UntilDrained(starting, l.drain, 0)
	defer stopStarting()
	err := l.dispatch(ctx, starting, group, next)
	if failed := group.Wait(); failed != nil {
		err = failed // it came first: dispatch only saw the context end
	}
	if err == nil && l.interrupted {
		err = ErrInterrupted
	}
	return err
}

// dispatch starts a goroutine of the group for each work, until next or starting
// ends.
func (l *line) dispatch(ctx, starting context.Context, group *errgroup.Group, next func(context.Context) (work, error)) error {
	for {
		if err := l.pace.hands.enter(starting); err != nil {
			return l.unlessDraining(ctx, err)
		}
		bring, err := next(starting)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return l.unlessDraining(ctx, err)
		}
		group.Go(func() error {
			defer l.pace.hands.leave()
			return l.unlessDraining(ctx, bring(ctx, starting))
		})
	}
}

// unlessDraining notes that a drain began, and then lets the attempts in progress
// finish: an error would end them. Other errors come back as they are.
func (l *line) unlessDraining(ctx context.Context, err error) error {
	if !errors.Is(err, ErrInterrupted) || ctx.Err() != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.interrupted = true
	return nil
}

// insist repeats an attempt, of which the first has a place in the line's turns, until
// it succeeds or there is no hope. After one that
// ended with ErrChecksum it asks doubt, which gets the number of such ends so far
// and returns nil if another attempt may do better.
func (l *line) insist(
	ctx, starting context.Context, first place, try func(*flow) error, doubt func(times int, err error) error,
) error {
	clock := &patienceClock{
		Retry: Retry{For: l.retryFor, Waiting: l.waiting, Stop: l.drain},
		moved: l.moved,
	}
	for mismatches, turn := 0, first; ; turn = l.pace.turns.queue() {
		epoch, err := l.pace.acquire(starting, turn)
		if err != nil {
			return err
		}
		err = l.once(ctx, epoch, try)
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case errors.Is(err, vault.ErrChecksum):
			mismatches++
			if err := doubt(mismatches, err); err != nil {
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

// isFinal reports whether no further attempt may do better.
func isFinal(err error) bool { return !errors.Is(err, vault.ErrChecksum) && !repeatable(err) }

// once makes an attempt, in the turn of an epoch. Bytes that moved in vain are taken
// back.
func (l *line) once(ctx context.Context, epoch int, try func(*flow) error) error {
	guarded, dog, stop := guard(ctx, l.idle)
	defer stop()
	f := &flow{ctx: guarded, limiter: l.limiter, dog: dog, moved: l.meter.moved}
	said := neutral
	defer func() { l.pace.done(epoch, said, f.at) }()
	err := try(f)
	if err == nil {
		said = good
		return nil
	}
	l.meter.moved(-f.at)
	if !IsSource(err) && !IsSink(err) && context.Cause(guarded) == errStalled { //nolint:errorlint // the cause is this very value
		err = errStalled
	}
	if errors.Is(err, vault.ErrThrottled) || errors.Is(err, vault.ErrLost) && f.at > 0 {
		said = tooMuch
	}
	if ctx.Err() == nil && isFinal(err) {
		l.hopeless(err) // before another attempt gets this turn
	}
	return err
}

// arrived counts a piece of size bytes that is safe where it was meant to go.
func (l *line) arrived(size int64) {
	l.mu.Lock()
	l.lastMoved = time.Now()
	l.mu.Unlock()
	l.meter.change(func(now *Progress) {
		now.PartsDone++
		now.Done += size
		now.InFlight -= size
		now.Concurrency = l.pace.now()
		now.Waiting = nil
	})
}

func (l *line) moved() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lastMoved
}

func (l *line) waiting(cause error, wait time.Duration) {
	l.meter.change(func(now *Progress) {
		now.Retries++
		now.Concurrency = l.pace.now()
		now.Waiting = cause
		now.Until = time.Now().Add(wait)
	})
}
