package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"firn/depot"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
)

// WaitOptions says how to wait for jobs. The zero value is good.
type WaitOptions struct {
	// NoWait looks once. A job that is in progress then is a NotReadyError.
	NoWait bool
}

// NotReadyError is the vault.ErrNotReady of a job in progress.
type NotReadyError struct {
	Job     record.Job
	Usually time.Duration // that such a job takes
	Back    time.Time     // when the job will probably have ended
}

// Error tells which job, how long it takes, and when to come back.
func (e *NotReadyError) Error() string {
	asked := "by somebody else"
	if !e.Job.Started.IsZero() {
		asked = humane.Time(e.Job.Started)
	}
	return fmt.Sprintf("job %s, asked for %s, is %s: it usually takes %s; come back about %s", depot.QuoteID(e.Job.ID),
		asked, vault.ErrNotReady, humane.Usually(e.Usually), humane.Time(e.Back))
}

// Unwrap makes errors.Is find vault.ErrNotReady.
func (e *NotReadyError) Unwrap() error { return vault.ErrNotReady }

// TypicalTime is how long a job of a tier usually takes at a vault with these
// limits. Unless they tell, it is as at Amazon Glacier: 1 to 5 minutes, 3 to 5 hours,
// or 5 to 12 hours (developer guide, "Archive retrieval options"). An inventory, which has no tier, takes as long as Standard.
func TypicalTime(l vault.Limits, tier vault.Tier) time.Duration {
	if known := l.JobTimes[cmp.Or(tier, vault.Standard)]; known > 0 {
		return known
	}
	switch tier {
	case vault.Expedited:
		return 5 * time.Minute
	case vault.Bulk:
		return 8 * time.Hour
	}
	return 4 * time.Hour
}

// How often the vault is asked: at growing intervals, so that a job which takes
// hours costs few requests and the end of a short one is seen soon.
const (
	firstLook = time.Second
	longLook  = 10 * time.Minute
	bellLook  = 15 * time.Minute // while a Bell is listened to
)

// errLookAgain ends the listening to a Bell that was silent.
var errLookAgain = errors.New("time to look again")

// Wait waits until a job has ended and returns it as it is then: see
// [WaitAll].
func Wait(ctx context.Context, d depot.Depot, job record.Job, o WaitOptions) (record.Job, error) {
	for ended, err := range WaitAll(ctx, d, []record.Job{job}, o) {
		if ended.ID != "" {
			job = ended
		}
		return job, err
	}
	return job, nil
}

// WaitAll waits for jobs and yields each of them once, as soon as it has
// ended, after its new state is on record. A job that succeeded comes without an
// error; one that failed with ErrJobFailed and the service's words; one that the
// vault does not know any more, or whose output has expired, with vault.ErrExpired
// and the status record.Gone; with NoWait, one in progress with a NotReadyError.
//
// An error that is about no single job comes with the zero Job and ends the
// sequence: the vault cannot be asked, the record cannot be written, ctx
// ended.
func WaitAll(ctx context.Context, d depot.Depot, jobs []record.Job, o WaitOptions) iter.Seq2[record.Job, error] {
	return func(yield func(record.Job, error) bool) {
		d.Grace = -1 // a look at a job may be broken off
		ctx, run, stop := depot.Begin(ctx, d)
		defer stop()
		w := &wait{WaitOptions: o, Run: run, jobs: slices.Clone(jobs)}
		for pace := firstLook; len(w.jobs) > 0; pace = min(longLook, pace*3/2) {
			ended, err := w.look(ctx)
			if ctx.Err() != nil {
				err = context.Cause(ctx) // whatever that broke off
			}
			if err != nil {
				yield(record.Job{}, err)
				return
			}
			for _, j := range ended {
				if !yield(j, w.verdict(j)) {
					return
				}
			}
			if len(w.jobs) == 0 {
				return
			}
			if err := w.pause(ctx, pace, len(ended) == 0); err != nil {
				yield(record.Job{}, err)
				return
			}
		}
	}
}
