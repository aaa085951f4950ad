package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"firn/depot"
	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// wait is one call of WaitAll.
type wait struct {
	WaitOptions
	depot.Run
	jobs []record.Job // jobs that have not ended

	rang        bool // the Bell caused the latest check
	noticedBell bool // a notice has said that the Bell fails
}

// check requests the states of the jobs, removes those that have ended from w.jobs and returns
// them. For several jobs, one request for the vault's list is enough.
func (w *wait) check(ctx context.Context) (ended []record.Job, err error) {
	known := make(map[vault.JobID]vault.Job)
	if len(w.jobs) > 1 {
		if known, err = w.list(ctx); err != nil {
			return nil, err
		}
	}
	var open []record.Job
	for _, j := range w.jobs {
		now, listed := known[j.ID]
		if !listed {
			now, err = w.describe(ctx, j.ID)
		}
		if j, err = NoteJob(ctx, w.Journal, j, now, err, w.Now()); err != nil {
			return nil, err
		}
		if j.Status == vault.InProgress && !w.NoWait {
			open = append(open, j)
		} else {
			ended = append(ended, j)
		}
	}
	w.jobs = open
	return ended, nil
}

// list returns those of our jobs that are in the vault's list.
func (w *wait) list(ctx context.Context) (map[vault.JobID]vault.Job, error) {
	known := make(map[vault.JobID]vault.Job)
	err := w.Retry().Do(ctx, func(ctx context.Context) error {
		for j, err := range w.Vault.Jobs(ctx) {
			if err != nil {
				return err
			}
			if j.Bad == "" && w.has(j.ID) {
				known[j.ID] = j
			}
		}
		return nil
	})
	return known, err
}

func (w *wait) has(id vault.JobID) bool {
	return slices.ContainsFunc(w.jobs, func(j record.Job) bool { return j.ID == id })
}

// isOurs reports whether a message is about one of our jobs.
func (w *wait) isOurs(e vault.Ending) bool {
	announcer, ok := w.Vault.(vault.Announcer)
	if !ok {
		return e.Job != "" && w.has(e.Job)
	}
	return slices.ContainsFunc(w.jobs, func(j record.Job) bool { return announcer.Announces(e, j.ID) })
}

func (w *wait) describe(ctx context.Context, id vault.JobID) (job vault.Job, err error) {
	err = w.Retry().Do(ctx, func(ctx context.Context) error {
		job, err = w.Vault.Job(ctx, id)
		return err
	})
	if errors.Is(err, vault.ErrNotFound) {
		err = MissingJob(ctx, w.Vault, w.Retry(), err)
	}
	return job, err
}

// result returns the error with which WaitAll yields a job that has ended.
func (w *wait) result(j record.Job) error {
	switch j.Status {
	case vault.Succeeded:
		return nil
	case vault.Failed:
		return fmt.Errorf("job %s for %s: %w: %q", depot.QuoteID(j.ID), jobSubject(j), ErrJobFailed, j.Message)
	case vault.InProgress:
		return w.notReady(j)
	}
	return vault.Errorf(vault.ErrExpired, "the output of job %s for %s has expired", depot.QuoteID(j.ID), jobSubject(j))
}

// notReady estimates when a job in progress will have ended. For a job that is late, the
// estimate is a quarter of the usual duration from now.
func (w *wait) notReady(j record.Job) *NotReadyError {
	e := &NotReadyError{Job: j, Usually: w.usually(j)}
	if e.Back = j.Started.Add(e.Usually); !e.Back.After(w.Now()) {
		e.Back = w.Now().Add(e.Usually / 4)
	}
	return e
}

func (w *wait) usually(j record.Job) time.Duration { return TypicalTime(w.Vault.Limits(), j.Tier) }

// pause waits before the next check, for the Bell if there is one. If the Bell caused a check
// that found nothing, pause waits for the given time instead, so that a Bell that rings all the
// time does not cause requests all the time.
func (w *wait) pause(ctx context.Context, pace time.Duration, fruitless bool) error {
	listen := w.Bell != nil && (!w.rang || !fruitless)
	w.rang = false
	if listen {
		w.reportWait(bellCheck)
		if heard, err := w.listen(ctx); heard || err != nil {
			return err
		}
	}
	w.reportWait(pace)
	return transfer.Pause(ctx, nil, pace)
}

func (w *wait) reportWait(pause time.Duration) {
	now := depot.Waiting{Jobs: slices.Clone(w.jobs), Next: w.Now().Add(pause)}
	for _, j := range w.jobs {
		now.Usually = max(now.Usually, w.usually(j))
	}
	w.Waiting(now)
}

// listen waits for the Bell. It reports false if the Bell fails.
func (w *wait) listen(ctx context.Context) (heard bool, err error) {
	bounded, cancel := context.WithTimeoutCause(ctx, bellCheck, errCheckAgain)
	defer cancel()
	err = w.Bell.Wait(bounded, w.isOurs)
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case err == nil:
		w.rang = true
		return true, nil
	case bounded.Err() != nil:
		return true, nil
	}
	if !w.noticedBell {
		w.noticedBell = true
		w.Notice(fmt.Sprintf("no message about the job arrives, so firn asks the vault now and then: %v", err))
	}
	if !depot.IsTemporary(err) {
		w.Bell = nil
	}
	return false, nil
}
