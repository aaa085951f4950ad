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

// isStillThere looks whether the vault still has an archive that is on record, where
// it can tell at once. If it cannot be looked at, the record counts. One that firn has
// stored, by an upload that is on record, is a ClassError in another class.
func (u *upload) isStillThere(ctx context.Context, a record.Archive, from record.Upload) (bool, error) {
	looker, ok := u.Vault.(vault.Looker)
	if !ok {
		return true, nil
	}
	found, err := looker.Look(ctx, a.ID)
	switch {
	case err == nil && depot.IsAnother(a, found):
		return false, u.lose(ctx, a, &found)
	case err == nil && isMisplaced(found, from):
		return false, found.Misplaced
	case err == nil, errors.Is(err, vault.ErrInvalid): // or it tells of archives by jobs only
		return true, nil
	case ctx.Err() != nil:
		return false, err
	case errors.Is(err, vault.ErrNotFound):
		return false, u.lose(ctx, a, nil)
	}
	u.Notice(fmt.Sprintf("archive %s is on record as stored %s; whether it is still there could not be looked at: %v",
		depot.QuoteID(a.ID), humane.Time(a.Created), err))
	return true, nil
}

// isMisplaced reports whether an archive that firn has stored is in another class than it
// was asked to be. What others have stored is where they wanted it.
func isMisplaced(found vault.Archive, from record.Upload) bool {
	return found.Misplaced != nil && from.ID != ""
}

// lose records, and says, that somebody else has removed an archive, or put another
// one in its place, which is not nil then. That there is no vault at all says nothing
// about the archive.
func (u *upload) lose(ctx context.Context, a record.Archive, another *vault.Archive) error {
	if _, err := u.unfinished(ctx); err != nil {
		return err
	}
	state, what := record.Missing, "is not there any more, and firn has not deleted it"
	if another != nil {
		state = record.Differing
		what = fmt.Sprintf("is another one by now: %s of %s", humane.Bytes(another.Size), humane.Time(another.Created))
	}
	u.Notice(fmt.Sprintf("archive %s, stored %s, %s", depot.QuoteID(a.ID), humane.Time(a.Created), what))
	return u.Journal.MarkLooked(context.WithoutCancel(ctx), u.VaultURL, a.ID, state)
}
