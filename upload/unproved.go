package upload

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/internal/humane"
	"firn/record"
	"firn/source"
	"firn/vault"
)

// await looks, for as long as the kind of vault may work on completing an upload that
// it does not know any more, whether the archive comes. missing is returned if it does not.
func (u *upload) await(ctx context.Context, at *attempt, c vault.Completion, missing error) (id vault.ArchiveID, err error) {
	patience := u.Retry()
	patience.For = min(patience.For, u.Vault.Limits().LateArchives)
	if patience.For == 0 {
		return "", missing
	}
	patience.Waiting = nil // one notice will do
	u.Notice(fmt.Sprintf("the vault knows neither the upload nor its archive and may still be at work on it; looking for up to %s",
		humane.Duration(patience.For)))
	err = patience.Do(ctx, func(ctx context.Context) error {
		id, err = u.Vault.CompleteUpload(ctx, at.ID, c)
		if errors.Is(err, vault.ErrNotFound) {
			return fmt.Errorf("%w: %v", vault.ErrUnavailable, err) //nolint:errorlint // not yet: that it is not found would say too much
		}
		return err
	})
	if errors.Is(err, depot.ErrGaveUp) {
		return "", missing
	}
	return id, err
}

// finishUnproved records an archive that is stored and not proved, and says so.
func (u *upload) finishUnproved(ctx context.Context, at *attempt, e *vault.UnprovedError, size int64, failure error) error {
	a := u.newArchive(at, e.ID, size, record.Unproved)
	err := u.saveFinished(ctx, at, a)
	if err == nil {
		u.identify(ctx, a)
	}
	return errors.Join(failure, err)
}

// proveAgain looks once more at the archive of this source that is stored and not
// proved, if there is one. done is true if it is proved now and the source is still the
// same. An archive that is gone or was replaced is uploaded again.
func (u *upload) proveAgain(ctx context.Context) (stored Stored, done bool, err error) {
	if u.Again {
		return Stored{}, false, nil
	}
	last, a, err := u.Journal.FindUnproved(ctx, u.VaultURL, u.source.Identity.Path, u.description)
	if errors.Is(err, vault.ErrNotFound) {
		return Stored{}, false, nil
	}
	if err != nil {
		return Stored{}, false, err
	}
	if !u.isAsked(last.Name, last.Class) { // it is another one that is to be stored
		return Stored{}, false, nil
	}
	if other, err := u.isOther(ctx, last); err != nil || other {
		return Stored{}, false, err
	}
	at := &attempt{Upload: last}
	c, err := u.completion(ctx, at)
	if err != nil {
		return Stored{}, false, err
	}
	if len(c.Parts) == 0 {
		return Stored{}, false, u.unlessStream(&UnprovableError{ID: a.ID})
	}
	c.Unproved, c.Description, c.ModTime = a.ID, last.Description, last.Source.ModTime
	u.Notice(fmt.Sprintf("archive %s is stored and was not proved; looking at it once more", depot.QuoteID(a.ID)))
	err = u.Retry().Do(ctx, func(ctx context.Context) error {
		_, err := u.Vault.CompleteUpload(ctx, last.ID, c)
		return err
	})
	wrongClass, isClass := errors.AsType[*vault.ClassError](err)
	_, isUnproved := errors.AsType[*vault.UnprovedError](err)
	taken, isTaken := errors.AsType[*vault.TakenError](err)
	switch {
	case isTaken:
		return Stored{}, false, u.lose(ctx, a, &vault.Archive{Size: taken.Size, Created: taken.Created})
	case errors.Is(err, vault.ErrNotFound):
		return Stored{}, false, u.lose(ctx, a, nil)
	case isUnproved:
		return Stored{}, false, u.unlessStream(err)
	case err != nil && !isClass:
		return Stored{}, false, err
	}
	a.State = record.Stored
	if err := u.saveFinished(ctx, at, a); err != nil {
		return Stored{}, false, err
	}
	u.Notice(fmt.Sprintf("archive %s is proved now", depot.QuoteID(a.ID)))
	if isClass {
		return Stored{}, false, wrongClass
	}
	return u.present(a, last), source.LooksUnchanged(last.Source, u.source.Identity), nil
}

// unlessStream returns an error about an archive that is not proved. A later stream is
// stored all the same, with a notice, unless it is to have the same name.
func (u *upload) unlessStream(err error) error {
	if u.source.Stream != nil && u.Name == "" { // it gets a name of its own
		u.Notice(fmt.Sprintf("%v; what the stream holds now is stored by itself", err))
		return nil
	}
	return err
}

// UnprovableError says that an archive is stored and not proved, and that its parts,
// which would prove it at a look, are not on record any more. Its bytes would. It wraps
// vault.ErrChecksum.
type UnprovableError struct{ ID vault.ArchiveID }

func (e *UnprovableError) Error() string {
	return fmt.Sprintf("archive %s is stored and not proved, and what would prove it is not on record any more: %v", depot.QuoteID(e.ID), vault.ErrChecksum)
}

func (e *UnprovableError) Unwrap() error { return vault.ErrChecksum }
