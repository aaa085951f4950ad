package upload

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
)

// isStillThere checks whether the vault still has an archive on record, if the vault can answer
// at once. Otherwise the record counts. If an archive that firn uploaded is in another class
// than requested, the error is a vault.ClassError.
func (u *upload) isStillThere(ctx context.Context, a record.Archive, from record.Upload) (bool, error) {
	looker, ok := u.Vault.(vault.Looker)
	if !ok {
		return true, nil
	}
	found, err := looker.Look(ctx, a.ID)
	switch {
	case err == nil && depot.IsAnother(a, found):
		return false, u.recordLost(ctx, a, &found)
	case err == nil && isMisplaced(found, from):
		return false, found.Misplaced
	case err == nil, errors.Is(err, vault.ErrInvalid): // the latter: the vault describes archives only by jobs
		return true, nil
	case ctx.Err() != nil:
		return false, err
	case errors.Is(err, vault.ErrNotFound):
		return false, u.recordLost(ctx, a, nil)
	}
	u.Notice(fmt.Sprintf("archive %s is on record as stored %s; firn could not check whether it is still there: %v",
		depot.QuoteID(a.ID), humane.Time(a.Created), err))
	return true, nil
}

// isMisplaced reports whether an archive that firn uploaded is in another class than requested.
// Archives of other programs may be in any class.
func isMisplaced(found vault.Archive, from record.Upload) bool {
	return found.Misplaced != nil && from.ID != ""
}

// recordLost records that another program removed an archive or, if another is not nil, put
// that one in its place. A notice says so. It changes nothing if the vault itself is missing.
func (u *upload) recordLost(ctx context.Context, a record.Archive, another *vault.Archive) error {
	if _, err := u.unfinished(ctx); err != nil {
		return err
	}
	state, what := record.Missing, "is no longer there, and firn has not deleted it"
	if another != nil {
		state = record.Differing
		what = fmt.Sprintf("is now another one: %s of %s", humane.Bytes(another.Size), humane.Time(another.Created))
	}
	u.Notice(fmt.Sprintf("archive %s, stored %s, %s", depot.QuoteID(a.ID), humane.Time(a.Created), what))
	return u.Journal.MarkLooked(context.WithoutCancel(ctx), u.VaultURL, a.ID, state)
}
