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

// leastLeft is how long an output must still stay to be worth finding. With less,
// another job is better asked for now than in the middle of a download.
const leastLeft = 5 * time.Minute

// find returns a job that is there and will do: one of our own record first, and
// then whatever the vault lists. A job of ours whose answer was lost is found
// among them by its token.
func (a *Requester) find(ctx context.Context, w Wanted) (record.Job, bool, error) {
	own, err := a.recorded(ctx, w)
	if err != nil {
		return record.Job{}, false, err
	}
	for _, j := range own {
		if j.Status != vault.InProgress && j.Status != vault.Succeeded {
			continue
		}
		now, err := a.Ask(ctx, j.ID)
		noted, err := NoteJob(ctx, a.Journal, j, now, err, a.Now())
		if err != nil {
			return record.Job{}, false, err
		}
		if a.isUsable(now, w) && noted.Status != record.Gone {
			a.tellTopic(now)
			return noted, true, nil
		}
	}
	if err := a.List(ctx, own); err != nil {
		return record.Job{}, false, err
	}
	for i, j := range own {
		if j.Status == record.Asking {
			if own[i], err = a.settle(ctx, j); err != nil {
				return record.Job{}, false, err
			}
		}
	}
	return a.choose(ctx, w, own)
}

// recorded returns what the record has of jobs for the archive, or for
// inventories, newest first.
func (a *Requester) recorded(ctx context.Context, w Wanted) (own []record.Job, err error) {
	for j, err := range a.Journal.JobsFor(ctx, a.url, w.Archive) {
		if err != nil {
			return nil, err
		}
		if j.Kind == w.Kind {
			own = append(own, j)
		}
	}
	return own, nil
}

// Ask returns what the vault tells about a job.
func (a *Requester) Ask(ctx context.Context, id vault.JobID) (job vault.Job, err error) {
	err = a.Retry().Do(ctx, func(ctx context.Context) error {
		job, err = a.Vault.Job(ctx, id)
		return err
	})
	if errors.Is(err, vault.ErrNotFound) {
		err = MissingJob(ctx, a.Vault, a.Retry(), err)
	}
	return job, err
}

// List asks the vault for its jobs, unless it has told them a while ago and
// nothing of ours waits to be settled.
func (a *Requester) List(ctx context.Context, own []record.Job) error {
	asks := func(j record.Job) bool { return j.Status == record.Asking }
	if a.Listed.isFresh(a.Now()) && !slices.ContainsFunc(own, asks) {
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
		a.Listed.Jobs, a.Listed.asked = listed, a.Now()
		return nil
	})
}

// byToken returns the listed job that has our token, or the zero Job.
func (a *Requester) byToken(token string) vault.Job {
	for _, j := range a.Listed.Jobs {
		if token != "" && strings.Contains(j.Description, mark(token)) {
			return j
		}
	}
	return vault.Job{}
}

// settle finds out what became of a request whose answer is not on record.
func (a *Requester) settle(ctx context.Context, j record.Job) (record.Job, error) {
	if found := a.byToken(j.Token); found.ID != "" {
		j.ID = found.ID
		if noteStatus(&j, found); found.Bad != "" {
			j.Status = vault.InProgress // as far as is known
		}
	} else {
		j.Status, j.Message = vault.Failed, "the vault never got the request"
	}
	return j, a.Journal.SaveJob(ctx, &j)
}

// choose takes the best of the listed jobs that will do: one that is done before
// one in progress, and of those the one whose output stays longest or which was
// started first. It is on record when it is returned.
func (a *Requester) choose(ctx context.Context, w Wanted, own []record.Job) (record.Job, bool, error) {
	var best vault.Job
	for _, j := range a.Listed.Jobs {
		if a.isUsable(j, w) && (best.ID == "" || better(j, best)) {
			best = j
		}
	}
	if best.ID == "" {
		return record.Job{}, false, nil
	}
	a.tellTopic(best)
	job := newJobRecord(a.url, best)
	if i := slices.IndexFunc(own, func(j record.Job) bool { return j.ID == best.ID }); i >= 0 {
		job = own[i]
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

// isUsable reports whether a job as the vault tells it will do.
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
