package upload

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/record"
	"firn/vault"
)

// findAtName returns the archive on record that has the name of this upload now, if it has the
// bytes of the source, and the upload that stored it. At a vault with names, that archive
// prevents storing the same bytes under the name again, whatever its description and path.
func (u *upload) findAtName(ctx context.Context) (*record.Archive, record.Upload, error) {
	there, found, err := u.lookNamed(ctx)
	if err != nil || !found || there.Size != u.source.Identity.Size {
		return nil, record.Upload{}, err
	}
	a, err := u.Journal.ArchiveByID(ctx, u.VaultURL, there.ID)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return nil, record.Upload{}, nil
	case err != nil:
		return nil, record.Upload{}, err
	case a.State != record.Stored && a.State != record.Confirmed:
		return nil, record.Upload{}, nil
	case depot.IsAnother(a, there):
		return nil, record.Upload{}, u.recordLost(ctx, a, &there)
	}
	if a.TreeHash.IsZero() && !there.TreeHash.IsZero() { // only an inventory lists it
		a.TreeHash = there.TreeHash
		if err := u.Journal.NoteTreeHash(context.WithoutCancel(ctx), u.VaultURL, a.ID, a.TreeHash); err != nil {
			return nil, record.Upload{}, err
		}
	}
	if a.TreeHash.IsZero() {
		return nil, record.Upload{}, nil
	}
	from, fits, err := u.fits(ctx, a)
	if err == nil && fits && isMisplaced(there, from) {
		err = there.Misplaced
	}
	if err != nil || !fits {
		return nil, record.Upload{}, err
	}
	return &a, from, nil
}

// lookNamed looks up the archive that has the name of this upload. It ignores a refused look-up
// and an invalid name, which the vault will report when the upload is begun.
func (u *upload) lookNamed(ctx context.Context) (there vault.Archive, found bool, err error) {
	namer, ok := u.namer()
	if !ok {
		return vault.Archive{}, false, nil
	}
	err = u.Retry().Do(ctx, func(ctx context.Context) (err error) {
		there, err = namer.LookNamed(ctx, u.name)
		return err
	})
	switch {
	case err == nil:
		return there, true, nil
	case errors.Is(err, vault.ErrNotFound), errors.Is(err, vault.ErrInvalid), errors.Is(err, vault.ErrDenied):
		return vault.Archive{}, false, nil
	}
	return vault.Archive{}, false, fmt.Errorf("check whether the name %q is taken: %w", u.name, err)
}

// uploadOf returns the recorded upload that stored an archive: the one of this source and
// description if there is one, otherwise the newest other one. It returns a zero record if
// there is none. If the record lacks the name, uploadOf asks the vault for it.
func (u *upload) uploadOf(ctx context.Context, a record.Archive) (from record.Upload, err error) {
	if u.last.State == record.Completed && u.last.ArchiveID == a.ID {
		from = u.last
	} else if from, err = u.Journal.UploadOf(ctx, u.VaultURL, a.ID); err != nil && !errors.Is(err, vault.ErrNotFound) {
		return record.Upload{}, err
	}
	if looker, ok := u.Vault.(vault.Looker); ok && u.Vault.Limits().Names && from.Name == "" {
		if there, err := looker.Look(ctx, a.ID); err == nil {
			from.Name = there.Name
		}
	}
	return from, nil
}
