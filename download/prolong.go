package download

import (
	"context"
	"fmt"
	"sync"
	"time"

	"firn/depot"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
)

const (
	// prolongBefore is the remaining lifetime below which an output that is being read is
	// requested again. It is longer than one range takes on the slowest connection.
	prolongBefore = 12 * time.Hour
	// minLeft is the least remaining lifetime of an output that is requested again. A request
	// for an output that has expired would retrieve it anew, for money that nobody approved.
	minLeft = 5 * time.Minute
	// prolongPause is the time between two such requests.
	prolongPause = time.Hour
)

// keeper prolongs an output while it is being read, at a vault that prolongs outputs on
// request.
type keeper struct {
	*download
	mu   sync.Mutex
	job  record.Job
	next time.Time // earliest time of the next request
}

// newKeeper returns nil for a vault that does not prolong.
func (d *download) newKeeper(job record.Job) *keeper {
	if !d.Vault.Limits().Prolongs {
		return nil
	}
	return &keeper{download: d, job: job}
}

// keep requests the output again if it expires soon. If that fails, a notice says so and
// reading continues; missing ranges are requested after the output has expired.
func (k *keeper) keep(ctx context.Context) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.Now()
	left := k.job.Expires.Sub(now)
	if k.job.Expires.IsZero() || left > prolongBefore || left < minLeft || now.Before(k.next) {
		return
	}
	k.next = now.Add(prolongPause)
	if err := k.prolong(ctx); err != nil {
		k.Notice(fmt.Sprintf("the output of job %s expires %s and could not be kept longer: %v", depot.QuoteID(k.job.ID), humane.Time(k.job.Expires), err))
		return
	}
	k.Notice(fmt.Sprintf("the output of job %s is kept until %s, because it is still being read", depot.QuoteID(k.job.ID), humane.Time(k.job.Expires)))
}

// prolong first checks that the output exists and does not expire within minLeft.
func (k *keeper) prolong(ctx context.Context) error {
	found, err := k.Vault.Job(ctx, k.job.ID)
	switch {
	case err != nil:
		return err
	case found.Status != vault.Succeeded || found.Expires.Sub(k.Now()) < minLeft:
		return vault.Errorf(vault.ErrExpired, "it has expired, or is about to")
	}
	before := found.Expires
	_, err = k.Vault.StartJob(ctx, vault.JobRequest{
		Kind: vault.RetrieveArchive, Archive: k.archive.ID, Range: k.requestRange(k.job.Range), Tier: k.job.Tier, Description: k.job.Description,
	})
	if err != nil {
		return err
	}
	found, err = k.Vault.Job(ctx, k.job.ID)
	if err == nil && !found.Expires.After(before) {
		err = vault.Errorf(vault.ErrExpired, "the vault ignored the request")
	}
	if err != nil {
		return err
	}
	k.job.Expires = found.Expires
	return k.Journal.SaveJob(context.WithoutCancel(ctx), &k.job)
}
