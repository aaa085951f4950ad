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
	// keepBefore is how long before its end an output that is still read is asked
	// for again: longer than one range takes on the slowest line.
	keepBefore = 12 * time.Hour
	// stillThere is what an output must have left: to ask for one that is gone is to
	// have it retrieved anew, for money that nobody has agreed to.
	stillThere = 5 * time.Minute
	// keepAgain is when that is tried again.
	keepAgain = time.Hour
)

// keeper keeps an output readable for as long as it is read, where a vault does
// that for whoever asks again.
type keeper struct {
	*download
	mu   sync.Mutex
	job  record.Job
	next time.Time // not before
}

// keeper returns nil for a vault that does not prolong.
func (d *download) keeper(job record.Job) *keeper {
	if !d.Vault.Limits().Prolongs {
		return nil
	}
	return &keeper{download: d, job: job}
}

// keep asks for the output again if it ends soon. A failure is no reason to stop
// reading: it is told, and what the output may still lack is asked for when it is
// gone.
func (k *keeper) keep(ctx context.Context) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.Now()
	left := k.job.Expires.Sub(now)
	if k.job.Expires.IsZero() || left > keepBefore || left < stillThere || now.Before(k.next) {
		return
	}
	k.next = now.Add(keepAgain)
	if err := k.prolong(ctx); err != nil {
		k.Notice(fmt.Sprintf("the output of job %s goes %s and could not be kept for longer: %v", depot.QuoteID(k.job.ID), humane.Time(k.job.Expires), err))
		return
	}
	k.Notice(fmt.Sprintf("the output of job %s is kept until %s, as it is still read", depot.QuoteID(k.job.ID), humane.Time(k.job.Expires)))
}

// prolong first looks whether the output is there, and of the archive that is read.
func (k *keeper) prolong(ctx context.Context) error {
	told, err := k.Vault.Job(ctx, k.job.ID)
	switch {
	case err != nil:
		return err
	case told.Status != vault.Succeeded || told.Expires.Sub(k.Now()) < stillThere:
		return fmt.Errorf("it is there no more, or almost: %w", vault.ErrExpired)
	}
	before := told.Expires
	_, err = k.Vault.StartJob(ctx, vault.JobRequest{
		Kind: vault.RetrieveArchive, Archive: k.archive.ID, Range: k.request(k.job.Range), Tier: k.job.Tier, Description: k.job.Description,
	})
	if err != nil {
		return err
	}
	told, err = k.Vault.Job(ctx, k.job.ID)
	if err == nil && !told.Expires.After(before) {
		err = fmt.Errorf("the vault took no notice of being asked: %w", vault.ErrExpired)
	}
	if err != nil {
		return err
	}
	k.job.Expires = told.Expires
	return k.Journal.SaveJob(context.WithoutCancel(ctx), &k.job)
}
