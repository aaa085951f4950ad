package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/depot"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
)

// start starts the job that intent describes. It records the intent before the request and the
// job's id after it. If the answer is lost, it searches for the job by its token, and repeats
// the request only if the vault does not list the job.
func (a *Requester) start(ctx context.Context, w Wanted, intent *record.Job) error {
	intent.Status, intent.Message, intent.Started = record.Asking, "", a.Now().UTC().Round(0)
	if err := a.Journal.SaveJob(ctx, intent); err != nil {
		return err
	}
	requested, refused := false, false
	err := a.Retry().Do(ctx, func(ctx context.Context) (err error) {
		if requested {
			if err := a.relist(ctx); err != nil {
				return err
			}
			if intent.ID = a.byToken(intent.Token).ID; intent.ID != "" {
				return nil
			}
		}
		requested = true
		intent.ID, err = a.Vault.StartJob(ctx, w.JobRequest)
		refused = err != nil && !depot.IsTemporary(err) && ctx.Err() == nil
		return err
	})
	switch {
	case err == nil:
		intent.Status = vault.InProgress
	case refused:
		intent.Status, intent.Message = vault.Failed, err.Error()
	default: // the next call finds out whether there is a job
		return err
	}
	saved := a.Journal.SaveJob(context.WithoutCancel(ctx), intent)
	if saved != nil && err == nil {
		saved = fmt.Errorf("job %q was started but could not be recorded; run the same command again, which finds it: %w",
			string(intent.ID), saved)
	}
	return errors.Join(err, saved)
}

// Intervals at which a request is repeated that a limit refuses. Limits count by the hour.
const (
	firstLimited = time.Minute
	longLimited  = time.Hour
)

// waitForLimit waits before a refused request for a job is repeated. It returns an error if
// waiting is useless or not wanted.
func (a *Requester) waitForLimit(ctx context.Context, w Wanted, err error, pause time.Duration) error {
	if w.Tier == vault.Expedited {
		return fmt.Errorf("%w; the tier Standard is never refused for lack of capacity, and takes %s",
			err, humane.Usually(TypicalTime(a.Vault.Limits(), vault.Standard)))
	}
	if a.noWait {
		return err
	}
	a.Notice(fmt.Sprintf("the account's retrieval limit refuses the job now; trying again at %s: %v",
		humane.Time(a.Now().Add(pause)), err))
	return a.Pause(ctx, pause)
}
