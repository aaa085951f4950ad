package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"firn"
	"firn/record"
	"firn/vault"
)

// downloadQueue is the archives of one firn download that are not here yet. Jobs
// are started ahead, as far as the line can read their outputs before they expire,
// and each archive is fetched when its job is done.
type downloadQueue struct {
	*downloadSession
	later   []item               // not begun
	waiting map[vault.JobID]item // begun, each for the end of a job
	jobs    []record.Job         // those jobs
	budget  int64                // bytes to have asked for at a time; 0: any number
	asked   int64                // bytes asked for and not fetched yet
	seen    map[status]bool      // what was reported
	ended   bool                 // the others would meet the same end
}

func (s *downloadSession) many(ctx context.Context, items []item) error {
	q := &downloadQueue{
		downloadSession: s, later: items, waiting: make(map[vault.JobID]item), seen: make(map[status]bool),
		budget: windowBytes(s.rate, s.vault.Limits().OutputLifetime),
	}
	for !q.ended && len(q.later)+len(q.waiting) > 0 {
		q.ahead(ctx)
		switch {
		case q.ended:
		case s.options.noWait:
			q.leave()
		case len(q.waiting) > 0:
			q.await(ctx)
		}
	}
	return worstOf(q.seen)
}

// windowBytes is how much a line of so many bytes per second reads of outputs that
// live so long, with a sixth of the time to spare; 0 if there is no bound.
func windowBytes(rate float64, lifetime time.Duration) int64 {
	return int64(rate * lifetime.Seconds() * 5 / 6)
}

// ahead begins archives in their order, one at least.
func (q *downloadQueue) ahead(ctx context.Context) {
	for len(q.later) > 0 && !q.ended {
		next := q.later[0]
		if q.budget > 0 && q.asked > 0 && q.asked+next.Size > q.budget {
			return
		}
		q.later = q.later[1:]
		if !q.try(ctx, next) {
			q.later = append([]item{next}, q.later...)
			return
		}
	}
}

// try downloads an archive if its job is done, else it begins the waiting. It
// reports false if the account's own limit refuses the job, and others are still
// waited for: when one of them ends, it is asked for again.
func (q *downloadQueue) try(ctx context.Context, i item) bool {
	err := q.one(ctx, i, true)
	var notReady *firn.NotReadyError
	switch {
	case q.options.noWait:
	case errors.As(err, &notReady):
		q.waiting[notReady.Job.ID] = i
		q.jobs = append(q.jobs, notReady.Job)
		q.asked += max(0, i.Size)
		return true
	case errors.Is(err, vault.ErrLimited) && len(q.waiting) > 0:
		return false
	case errors.Is(err, vault.ErrLimited): // nothing else to do than to be patient
		err = q.one(ctx, i, false)
	}
	q.tellEnd(i, err)
	return true
}

// await waits for the first job that ends, and goes on with its archive.
func (q *downloadQueue) await(ctx context.Context) {
	o := firn.WaitOptions{
		Bell: q.bell, RetryFor: q.options.retryFor, Journal: q.catalog, Drain: ctx.Done(), Now: q.now,
	}
	if !q.quiet {
		o.Notice, o.Waiting = q.notice, q.shown.wait
	}
	for job, err := range firn.WaitForJobs(context.WithoutCancel(ctx), q.vault, q.jobs, o) {
		i, ours := q.waiting[job.ID]
		if !ours {
			q.seen[q.report(q.explain(err, item{}))] = true
			q.ended = true
			return
		}
		delete(q.waiting, job.ID)
		q.jobs = slices.DeleteFunc(q.jobs, func(j record.Job) bool { return j.ID == job.ID })
		q.asked -= max(0, i.Size)
		if job.Status == vault.Failed {
			q.tellEnd(i, q.explain(err, i))
		} else if !q.try(ctx, i) { // where what is gone is asked for again
			q.later = append(q.later, i)
		}
		return
	}
}

// leave says of what was not begun that there is no room for it now.
func (q *downloadQueue) leave() {
	for _, i := range q.later {
		q.tellEnd(i, q.explain(firn.ErrNotStarted, i))
	}
	q.later = nil
}

// tellEnd reports how an archive ended, if not well.
func (q *downloadQueue) tellEnd(i item, err error) {
	if err == nil {
		return
	}
	ended := q.report(fmt.Errorf("%q: %w", i.path, err))
	q.seen[ended] = true
	q.ended = q.ended || endsAll(ended)
}
