package firn

import (
	"context"
	"errors"
	"fmt"

	"firn/internal/humane"
	"firn/record"
	"firn/vault"
)

// isStillThere looks whether the vault still has an archive that is on record, where
// the vault can tell at once. If it cannot be looked at, the record counts.
func (u *upload) isStillThere(ctx context.Context, a record.Archive) (bool, error) {
	looker, ok := u.vault.(vault.Looker)
	if !ok {
		return true, nil
	}
	err := looker.LookAtArchive(ctx, vault.Archive{
		ID: a.ID, Description: a.Description, Size: a.Size, TreeHash: a.TreeHash, Created: a.Created,
	})
	_, isTaken := errors.AsType[*vault.TakenError](err)
	switch {
	case err == nil || errors.Is(err, errors.ErrUnsupported):
		return true, nil
	case ctx.Err() != nil:
		return false, err
	case isTaken:
		return false, u.lose(ctx, a, record.Differing, err)
	case errors.Is(err, vault.ErrNotFound):
		return false, u.lose(ctx, a, record.Missing, err)
	}
	u.Notice(fmt.Sprintf("archive %s is on record as stored %s; whether it is still there could not be looked at: %v",
		quoteID(a.ID), humane.Time(a.Created), err))
	return true, nil
}

// lose records what became of an archive that somebody else has removed or replaced,
// and says so. That there is no vault at all says nothing about the archive.
func (u *upload) lose(ctx context.Context, a record.Archive, state record.ArchiveState, why error) error {
	if _, err := u.unfinished(ctx); err != nil {
		return err
	}
	what := "is gone from the vault, and not by firn"
	if state == record.Differing {
		what = "is another one by now, which firn has not stored: " + why.Error()
	}
	u.Notice(fmt.Sprintf("archive %s, stored %s, %s", quoteID(a.ID), humane.Time(a.Created), what))
	return u.Journal.MarkLooked(context.WithoutCancel(ctx), u.VaultURL, a.ID, state)
}
