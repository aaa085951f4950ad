package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"firn/download"
	"firn/internal/humane"
	"firn/jobs"
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
	ready   []endedJob           // of those that were waited for
	seen    map[status]bool      // what was reported
	ended   bool                 // the others would meet the same end
	bounded bool                 // that was told; see tellWindow
}

// endedJob is a job that has ended, with its archive.
type endedJob struct {
	item item
	job  record.Job
	err  error // the job's own
}

func (s *downloadSession) many(ctx context.Context, items []item) error {
	q := &downloadQueue{
		downloadSession: s, later: items, waiting: make(map[vault.JobID]item), seen: make(map[status]bool),
	}
	for !q.ended && (len(q.later) > 0 || q.hasBegun()) {
		q.ahead(ctx)
		switch {
		case q.ended:
		case s.options.noWait:
			q.leave()
		case q.hasBegun():
			q.await(ctx)
		}
	}
	return worstOf(q.seen)
}

// hasBegun reports whether archives were asked for that are not here yet.
func (q *downloadQueue) hasBegun() bool { return len(q.waiting)+len(q.ready) > 0 }

// ahead begins archives in their order, one at least.
func (q *downloadQueue) ahead(ctx context.Context) {
	for len(q.later) > 0 && !q.ended {
		next, budget := q.later[0], windowBytes(q.rate, q.vault.Limits().OutputLifetime)
		if budget > 0 && q.asked > 0 && q.asked+next.Size > budget {
			q.tellWindow()
			return
		}
		q.later = q.later[1:]
		if !q.try(ctx, next) {
			q.later = append([]item{next}, q.later...)
			return
		}
	}
}

// tellWindow tells, once, that a line of unknown rate bounds what is asked for.
func (q *downloadQueue) tellWindow() {
	if q.rate == 0 && !q.bounded && !q.options.noWait {
		q.bounded = true
		q.notice("no more is asked for until something has come than can be downloaded in time at " + windowText(0))
	}
}

// try downloads an archive if its job is done, else it begins the waiting. It
// reports false if the account's own limit refuses the job, or the disk has no room
// beside the others, and there are such: when one of them ends, it is tried again.
func (q *downloadQueue) try(ctx context.Context, i item) bool {
	err := q.one(ctx, i, true)
	var notReady *jobs.NotReadyError
	switch {
	case err == nil: // and perhaps more is known of the line
		q.rate, err = q.knownDownloadRate(ctx, q.catalog, q.vault.URL(), q.options.estimateRate, q.options.limitRate)
	case errors.As(err, &notReady):
		q.asked += max(0, i.Size)
		if q.options.noWait {
			break
		}
		q.waiting[notReady.Job.ID] = i
		q.jobs = append(q.jobs, notReady.Job)
		return true
	case q.options.noWait:
	case q.hasBegun() && (errors.Is(err, vault.ErrLimited) || errors.Is(err, download.ErrNoSpace)):
		return false
	case errors.Is(err, vault.ErrLimited): // nothing else to do than to be patient
		err = q.one(ctx, i, false)
	}
	q.tellEnd(i, err)
	return true
}

// await goes on with the archive of a job that has ended, and waits for one if none
// has.
func (q *downloadQueue) await(ctx context.Context) {
	if len(q.ready) == 0 {
		q.look(ctx, true)
	}
	if len(q.ready) == 0 && !q.ended {
		q.look(ctx, false)
	}
	if len(q.ready) == 0 {
		return
	}
	next := q.ready[0]
	q.ready = q.ready[1:]
	q.asked -= max(0, next.item.Size)
	if next.job.Status == vault.Failed {
		q.tellEnd(next.item, q.explain(next.err, next.item))
	} else if !q.try(ctx, next.item) { // where what is gone is asked for again
		q.later = append(q.later, next.item)
	}
}

// look takes the jobs that have ended off those that are waited for: with noWait
// all that the vault tells of at once, else the first that will.
func (q *downloadQueue) look(ctx context.Context, noWait bool) {
	o := jobs.WaitOptions{
		NoWait: noWait, Bell: q.bell, RetryFor: q.options.retryFor, Journal: q.catalog, Drain: ctx.Done(), Now: q.now,
	}
	if !q.quiet {
		o.Notice, o.Waiting = q.notice, q.shown.wait
	}
	for job, err := range jobs.WaitAll(context.WithoutCancel(ctx), q.vault, q.jobs, o) {
		i, ours := q.waiting[job.ID]
		switch {
		case !ours:
			q.seen[q.report(q.explain(err, item{}))] = true
			q.ended = true
			return
		case job.Status == vault.InProgress:
			continue
		}
		delete(q.waiting, job.ID)
		q.jobs = slices.DeleteFunc(q.jobs, func(j record.Job) bool { return j.ID == job.ID })
		q.ready = append(q.ready, endedJob{i, job, err})
		if !noWait {
			return
		}
	}
}

// leave says of what was not begun that there is no room for it now.
func (q *downloadQueue) leave() {
	if len(q.later) == 0 {
		return
	}
	left := make([]record.Archive, len(q.later))
	for n, i := range q.later {
		left[n] = i.Archive
	}
	bytes, unknown := sumOf(left)
	q.seen[q.report(withHint(
		&classError{fmt.Errorf("%s (%s) %s at %s", humane.Count(len(q.later), "archive"), sumText(bytes, unknown),
			jobs.ErrNotStarted.Error(), windowText(q.rate)), vault.ErrNotReady},
		"when the others are here, continue with: "+q.typed()))] = true
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
