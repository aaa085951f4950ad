package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"firn/record"
	"firn/vault"
)

// leastLeft is the least remaining lifetime of an output that find accepts. With less, it is
// better to start another job now than in the middle of a download.
const leastLeft = 5 * time.Minute

// find returns a suitable job that exists already: first one on record, then one from the
// vault's list. A job of ours whose answer was lost is found in the list by its token.
func (a *Requester) find(ctx context.Context, w Wanted) (record.Job, bool, error) {
	recorded, err := a.recordedJobs(ctx, w)
	if err != nil {
		return record.Job{}, false, err
	}
	for _, j := range recorded {
		if j.Status != vault.InProgress && j.Status != vault.Succeeded {
			continue
		}
		now, err := a.Describe(ctx, j.ID)
		noted, err := NoteJob(ctx, a.Journal, j, now, err, a.Now())
		if err != nil {
			return record.Job{}, false, err
		}
		if a.isUsable(now, w) && noted.Status != record.Gone {
			a.noticeTopic(now)
			return noted, true, nil
		}
	}
	if err := a.RefreshList(ctx, recorded); err != nil {
		return record.Job{}, false, err
	}
	for i, j := range recorded {
		if j.Status == record.Asking {
			if recorded[i], err = a.resolve(ctx, j); err != nil {
				return record.Job{}, false, err
			}
		}
	}
	return a.choose(ctx, w, recorded)
}

// recordedJobs returns the jobs on record for the archive, or for inventories, newest first.
func (a *Requester) recordedJobs(ctx context.Context, w Wanted) (recorded []record.Job, err error) {
	for j, err := range a.Journal.JobsFor(ctx, a.url, w.Archive) {
		if err != nil {
			return nil, err
		}
		if j.Kind == w.Kind {
			recorded = append(recorded, j)
		}
	}
	return recorded, nil
}

// Describe returns the vault's description of a job.
func (a *Requester) Describe(ctx context.Context, id vault.JobID) (job vault.Job, err error) {
	err = a.Retry().Do(ctx, func(ctx context.Context) error {
		job, err = a.Vault.Job(ctx, id)
		return err
	})
	if errors.Is(err, vault.ErrNotFound) {
		err = MissingJob(ctx, a.Vault, a.Retry(), err)
	}
	return job, err
}

// RefreshList updates a.Listed from the vault. A list from a while ago is sufficient, unless a
// recorded job still lacks its answer.
func (a *Requester) RefreshList(ctx context.Context, recorded []record.Job) error {
	lacksAnswer := func(j record.Job) bool { return j.Status == record.Asking }
	if a.Listed.isFresh(a.Now()) && !slices.ContainsFunc(recorded, lacksAnswer) {
		return nil
	}
	return a.relist(ctx)
}

func (a *Requester) relist(ctx context.Context) error {
	return a.Retry().Do(ctx, func(ctx context.Context) error {
		listed := []vault.Job{}
		for j, err := range a.Vault.Jobs(ctx) {
			if err != nil {
				return err
			}
			listed = append(listed, j)
		}
		a.Listed.Jobs, a.Listed.requestedAt = listed, a.Now()
		return nil
	})
}

// byToken returns the listed job with our token, or the zero Job.
func (a *Requester) byToken(token string) vault.Job {
	for _, j := range a.Listed.Jobs {
		if token != "" && strings.Contains(j.Description, mark(token)) {
			return j
		}
	}
	return vault.Job{}
}

// resolve completes the record of a job whose answer was lost: it is the listed job with the
// token, or it was never started.
func (a *Requester) resolve(ctx context.Context, j record.Job) (record.Job, error) {
	if found := a.byToken(j.Token); found.ID != "" {
		j.ID = found.ID
		if noteStatus(&j, found); found.Bad != "" {
			j.Status = vault.InProgress // the vault's description cannot be read, so this is assumed
		}
	} else {
		j.Status, j.Message = vault.Failed, "the vault never got the request"
	}
	return j, a.Journal.SaveJob(ctx, &j)
}

// choose returns the best suitable job of the list, and records it. A finished job is better
// than one in progress. Among finished jobs, the one whose output expires last is best; among
// jobs in progress, the one that was started first.
func (a *Requester) choose(ctx context.Context, w Wanted, recorded []record.Job) (record.Job, bool, error) {
	var best vault.Job
	for _, j := range a.Listed.Jobs {
		if a.isUsable(j, w) && (best.ID == "" || better(j, best)) {
			best = j
		}
	}
	if best.ID == "" {
		return record.Job{}, false, nil
	}
	a.noticeTopic(best)
	job := newJobRecord(a.url, best)
	if i := slices.IndexFunc(recorded, func(j record.Job) bool { return j.ID == best.ID }); i >= 0 {
		job = recorded[i]
		noteStatus(&job, best)
	}
	return job, true, a.Journal.SaveJob(ctx, &job)
}

func better(j, than vault.Job) bool {
	switch {
	case j.Status != than.Status:
		return j.Status == vault.Succeeded
	case j.Status == vault.Succeeded && j.Expires != than.Expires:
		return j.Expires.IsZero() || (!than.Expires.IsZero() && j.Expires.After(than.Expires))
	}
	return j.Created.Before(than.Created)
}

// isUsable reports whether a listed job is suitable.
func (a *Requester) isUsable(j vault.Job, w Wanted) bool {
	if j.Bad != "" || j.Kind != w.Kind || j.Archive != w.Archive || a.Listed.gone[j.ID] || !w.Fits(j) {
		return false
	}
	switch j.Status {
	case vault.InProgress:
		return a.tier == "" || TypicalTime(a.Vault.Limits(), j.Tier) <= TypicalTime(a.Vault.Limits(), a.tier)
	case vault.Succeeded:
		return j.Expires.IsZero() || j.Expires.Sub(a.Now()) >= leastLeft
	}
	return false
}
