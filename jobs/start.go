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

// start asks for the job that intent says. The intent is on record before, and
// the job's id after. If the answer is lost, the job is looked for by its token,
// and asked for again only if it is not there.
func (a *Requester) start(ctx context.Context, w Wanted, intent *record.Job) error {
	intent.Status, intent.Message, intent.Started = record.Asking, "", a.Now().UTC().Round(0)
	if err := a.Journal.SaveJob(ctx, intent); err != nil {
		return err
	}
	asked, refused := false, false
	err := a.Retry().Do(ctx, func(ctx context.Context) (err error) {
		if asked {
			if err := a.relist(ctx); err != nil {
				return err
			}
			if intent.ID = a.byToken(intent.Token).ID; intent.ID != "" {
				return nil
			}
		}
		asked = true
		intent.ID, err = a.Vault.StartJob(ctx, w.JobRequest)
		refused = err != nil && !depot.Passing(err) && ctx.Err() == nil
		return err
	})
	switch {
	case err == nil:
		intent.Status = vault.InProgress
	case refused:
		intent.Status, intent.Message = vault.Failed, err.Error()
	default: // whether there is a job is found out by the next call
		return err
	}
	saved := a.Journal.SaveJob(context.WithoutCancel(ctx), intent)
	if saved != nil && err == nil {
		saved = fmt.Errorf("job %q was started but that could not be recorded; run the same command again, which finds it: %w",
			string(intent.ID), saved)
	}
	return errors.Join(err, saved)
}

// How often a request is repeated that a limit refuses. Limits count by the hour.
const (
	firstLimited = time.Minute
	longLimited  = time.Hour
)

// limited waits before a job is asked for again that a limit refused, or returns
// why there is no point in that.
func (a *Requester) limited(ctx context.Context, w Wanted, err error, pause time.Duration) error {
	if w.Tier == vault.Expedited {
		return fmt.Errorf("%w; the tier Standard is never refused for lack of capacity and takes %s",
			err, humane.Usually(TypicalTime(a.Vault.Limits(), vault.Standard)))
	}
	if a.noWait {
		return err
	}
	a.Notice(fmt.Sprintf("the account's own limit refuses the job now, so it is asked for again at %s: %v",
		humane.Time(a.Now().Add(pause)), err))
	return a.Pause(ctx, pause)
}
