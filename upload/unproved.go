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

// awaitArchive repeats the request to complete an upload that the vault does not know any more,
// for as long as this kind of vault may still be assembling the archive. If no archive appears,
// it returns missing.
func (u *upload) awaitArchive(ctx context.Context, at *attempt, c vault.Completion, missing error) (id vault.ArchiveID, err error) {
	patience := u.Retry()
	patience.For = min(patience.For, u.Vault.Limits().LateArchives)
	if patience.For == 0 {
		return "", missing
	}
	patience.Waiting = nil // one notice is enough
	u.Notice(fmt.Sprintf("the vault knows neither the upload nor its archive; it may still be assembling it; checking for up to %s",
		humane.Duration(patience.For)))
	err = patience.Do(ctx, func(ctx context.Context) error {
		id, err = u.Vault.CompleteUpload(ctx, at.ID, c)
		if errors.Is(err, vault.ErrNotFound) {
			return vault.Errorf(vault.ErrUnavailable, "%v", err) // the archive may still appear, so ErrNotFound must not be in the chain
		}
		return err
	})
	if errors.Is(err, depot.ErrGaveUp) {
		return "", missing
	}
	return id, err
}

// finishUnproved records an archive that is stored and not verified, and returns failure.
func (u *upload) finishUnproved(ctx context.Context, at *attempt, e *vault.UnprovedError, size int64, failure error) error {
	a := u.newArchive(at, e.ID, size, record.Unproved)
	err := u.saveFinished(ctx, at, a)
	if err == nil {
		u.noteETag(ctx, a)
	}
	return errors.Join(failure, err)
}

// verifyAgain checks the unverified archive of this source once more, if there is one. done is
// true if the archive is verified now and the source is unchanged. If the archive was removed
// or replaced, the source is uploaded again.
func (u *upload) verifyAgain(ctx context.Context) (stored Stored, done bool, err error) {
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
	if !u.hasRequestedName(last.Name, last.Class) { // this call requests another archive
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
	u.Notice(fmt.Sprintf("archive %s is stored but was not verified; checking it again", depot.QuoteID(a.ID)))
	err = u.Retry().Do(ctx, func(ctx context.Context) error {
		_, err := u.Vault.CompleteUpload(ctx, last.ID, c)
		return err
	})
	wrongClass, isClass := errors.AsType[*vault.ClassError](err)
	_, isUnproved := errors.AsType[*vault.UnprovedError](err)
	taken, isTaken := errors.AsType[*vault.TakenError](err)
	switch {
	case isTaken:
		return Stored{}, false, u.recordLost(ctx, a, &vault.Archive{Size: taken.Size, Created: taken.Created})
	case errors.Is(err, vault.ErrNotFound):
		return Stored{}, false, u.recordLost(ctx, a, nil)
	case isUnproved:
		return Stored{}, false, u.unlessStream(err)
	case err != nil && !isClass:
		return Stored{}, false, err
	}
	a.State = record.Stored
	if err := u.saveFinished(ctx, at, a); err != nil {
		return Stored{}, false, err
	}
	u.Notice(fmt.Sprintf("archive %s is now verified", depot.QuoteID(a.ID)))
	if isClass {
		return Stored{}, false, wrongClass
	}
	return u.presentResult(a, last), source.LooksUnchanged(last.Source, u.source.Identity), nil
}

// unlessStream returns an error about an archive that is not verified. For a stream it gives a
// notice instead, because a later stream is stored as another archive, unless the call requests
// the same name.
func (u *upload) unlessStream(err error) error {
	if u.source.Stream != nil && u.Name == "" { // the new archive gets another name
		u.Notice(fmt.Sprintf("%v; the new bytes of the stream are stored as an archive of their own", err))
		return nil
	}
	return err
}

// UnprovableError means that an archive is stored and not verified, and that the record no
// longer has its parts, with which the vault could verify it. download.Verify can still read
// the archive back and compare all of its bytes. It wraps vault.ErrChecksum.
type UnprovableError struct{ ID vault.ArchiveID }

func (e *UnprovableError) Error() string {
	return fmt.Sprintf("archive %s is stored but not verified, and its checksum is no longer on record: %v", depot.QuoteID(e.ID), vault.ErrChecksum)
}

func (e *UnprovableError) Unwrap() error { return vault.ErrChecksum }
