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

// WaitOptions says how to wait for jobs. The zero value waits until they have ended.
type WaitOptions struct {
	// NoWait checks the jobs once. The error for a job in progress is a NotReadyError.
	NoWait bool
}

// NotReadyError means that a job is in progress. It wraps vault.ErrNotReady.
type NotReadyError struct {
	Job     record.Job
	Usually time.Duration // usual duration of such a job
	Back    time.Time     // estimated time of its end
}

// Error names the job, its usual duration, and the time to try again.
func (e *NotReadyError) Error() string {
	started := "by somebody else"
	if !e.Job.Started.IsZero() {
		started = humane.Time(e.Job.Started)
	}
	return fmt.Sprintf("job %s, started %s, is %s: it usually takes %s; try again about %s", depot.QuoteID(e.Job.ID),
		started, vault.ErrNotReady, humane.Usually(e.Usually), humane.Time(e.Back))
}

// Unwrap returns vault.ErrNotReady.
func (e *NotReadyError) Unwrap() error { return vault.ErrNotReady }

// TypicalTime returns the usual duration of a job of a tier at a vault with these limits. If
// they contain none, the durations are those of Amazon Glacier: 1 to 5 minutes, 3 to 5 hours,
// or 5 to 12 hours (developer guide, "Archive retrieval options"). An inventory has no tier,
// and takes as long as Standard.
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

// Intervals between the checks of a job's state. They grow, so that a job of hours costs few
// requests and the end of a short job is noticed soon.
const (
	firstCheck = time.Second
	longCheck  = 10 * time.Minute
	bellCheck  = 15 * time.Minute // longest wait for a Bell
)

// errCheckAgain ends the wait for a silent Bell.
var errCheckAgain = errors.New("time to look again")

// Wait waits until a job has ended and returns it in its new state; see [WaitAll] for the
// errors.
func Wait(ctx context.Context, d depot.Depot, job record.Job, o WaitOptions) (record.Job, error) {
	for ended, err := range WaitAll(ctx, d, []record.Job{job}, o) {
		if ended.ID != "" {
			job = ended
		}
		return job, err
	}
	return job, nil
}

// WaitAll waits for jobs and yields each of them once, as soon as it has ended and its new
// state is on record. The error is nil for a job that succeeded. For a job that failed it wraps
// ErrJobFailed and contains the service's message. For a job that the vault does not know any
// more, or whose output has expired, it wraps vault.ErrExpired, and the status is record.Gone.
// With NoWait, the error for a job in progress is a NotReadyError.
//
// An error with the zero Job concerns no single job and ends the sequence: the vault does not
// answer, the record cannot be written, or ctx ended.
func WaitAll(ctx context.Context, d depot.Depot, jobs []record.Job, o WaitOptions) iter.Seq2[record.Job, error] {
	return func(yield func(record.Job, error) bool) {
		d.Grace = -1 // a request for the state of a job may be cancelled
		ctx, run, stop := depot.Begin(ctx, d)
		defer stop()
		w := &wait{WaitOptions: o, Run: run, jobs: slices.Clone(jobs)}
		for pace := firstCheck; len(w.jobs) > 0; pace = min(longCheck, pace*3/2) {
			ended, err := w.check(ctx)
			if ctx.Err() != nil {
				err = context.Cause(ctx) // also the cause of errors of cancelled requests
			}
			if err != nil {
				yield(record.Job{}, err)
				return
			}
			for _, j := range ended {
				if !yield(j, w.result(j)) {
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
