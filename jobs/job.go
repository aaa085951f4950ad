package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/depot"
	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// newJobRecord returns a record of a job that is not on record. Another program started it, or
// the record was lost.
func newJobRecord(vaultURL string, j vault.Job) record.Job {
	r := record.Job{Vault: vaultURL, ID: j.ID, Kind: j.Kind, Archive: j.Archive, Description: j.Description}
	noteStatus(&r, j)
	return r
}

// noteStatus copies the vault's description of a job into its record. It keeps the fields that
// the vault leaves empty.
func noteStatus(r *record.Job, j vault.Job) {
	r.Status, r.Message = j.Status, j.Message
	r.Completed, r.Expires = j.Completed, j.Expires
	if !j.Range.IsZero() {
		r.Range = j.Range
	}
	if j.Tier != "" {
		r.Tier = j.Tier
	}
	if !j.List.IsWhole() {
		r.List = j.List
	}
	if !j.Created.IsZero() {
		r.Started = j.Created
	}
}

// NoteJob updates the record of a job from the vault's answer, and returns the record after it
// is on disk. A job that the vault does not know, or whose output has expired, becomes
// record.Gone without an error.
func NoteJob(
	ctx context.Context, journal record.JobJournal, before record.Job, j vault.Job, answer error, now time.Time,
) (record.Job, error) {
	after := before
	switch {
	case errors.Is(answer, vault.ErrNotFound) && !errors.Is(answer, ErrVaultMissing):
		after.Status, after.Message = record.Gone, "the vault no longer knows the job"
	case answer != nil:
		return before, answer
	default:
		noteStatus(&after, j)
		if j.Status == vault.Succeeded && !j.Expires.IsZero() && !now.Before(j.Expires) {
			after.Status, after.Message = record.Gone, "the output has expired"
		}
	}
	if after == before {
		return after, nil
	}
	return after, journal.SaveJob(context.WithoutCancel(ctx), &after)
}

// ErrVaultMissing means that the vault, and not only the job, does not exist.
var ErrVaultMissing = errors.New("there is no such vault")

// MissingJob returns the error for a job that was not found: ErrVaultMissing if its vault does
// not exist either, and otherwise err. The vault's list of jobs distinguishes the two.
func MissingJob(ctx context.Context, v vault.Retriever, retry transfer.Retry, err error) error {
	listing := retry.Do(ctx, func(ctx context.Context) error {
		for _, err := range v.Jobs(ctx) {
			return err
		}
		return nil
	})
	switch {
	case errors.Is(listing, vault.ErrNotFound):
		return fmt.Errorf("%w: %w", ErrVaultMissing, listing)
	case listing != nil:
		return listing
	}
	return err
}

func jobSubject(j record.Job) string {
	if j.Kind == vault.RetrieveInventory {
		return "an inventory"
	}
	return "archive " + depot.QuoteID(j.Archive)
}
