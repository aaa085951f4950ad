package upload

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"firn/internal/humane"
	"firn/record"
	"firn/vault"
)

// errUploadGone means that the vault exists and does not know the upload.
var errUploadGone = errors.New("the upload is gone from the vault")

// complete asks the vault to publish the archive. It records the intent before the first
// request, repeats the request until the vault answers, and records the id before it returns
// it.
func (u *upload) complete(ctx context.Context, at *attempt, c vault.Completion) (vault.ArchiveID, error) {
	wasCompleting := at.State == record.Completing // by an earlier run that did not receive the answer
	if at.State != record.Unknown {                // Unknown already implies that the vault was asked
		at.State, at.TreeHash, at.Source.Size = record.Completing, c.TreeHash, c.Size // the size of a stream is known now
		if err := u.save(ctx, at); err != nil {
			return "", err
		}
	}
	c.Description, c.ModTime = at.Description, at.Source.ModTime
	var id vault.ArchiveID
	tries := 0
	err := u.Retry().Do(ctx, func(ctx context.Context) (err error) {
		tries++
		id, err = u.Vault.CompleteUpload(ctx, at.ID, c)
		return err
	})
	if errors.Is(err, vault.ErrNotFound) && (tries > 1 || wasCompleting) { // the vault may still be at work on it
		id, err = u.awaitArchive(ctx, at, c, err)
	}
	var partSize *vault.PartSizeError
	wrongClass, isClass := errors.AsType[*vault.ClassError](err)
	unproved, isUnproved := errors.AsType[*vault.UnprovedError](err)
	switch {
	case err == nil:
		return id, u.finish(ctx, at, id, c.Size)
	case isClass:
		return "", errors.Join(err, u.finish(ctx, at, wrongClass.ID, c.Size))
	case isUnproved:
		return "", u.finishUnproved(ctx, at, unproved, c.Size, err)
	case errors.Is(err, vault.ErrExists):
		return "", errors.Join(&UnfinishedError{Upload: at.ID, Cause: err}, u.reopen(ctx, at))
	case errors.Is(err, vault.ErrNotFound) && tries > 1: // an earlier try may have succeeded
		return "", u.recordUnknown(ctx, at, c.Size)
	case errors.Is(err, vault.ErrNotFound):
		return "", u.explainMissing(ctx, err)
	case errors.As(err, &partSize):
		return "", errors.Join(u.explainPartSize(at, err), u.reopen(ctx, at))
	case errors.Is(err, vault.ErrInvalid) || errors.Is(err, vault.ErrChecksum):
		return "", errors.Join(
			fmt.Errorf("the vault refused to complete the upload; run the same command again, "+
				"it sends the parts again that differ: %w", err),
			u.reopen(ctx, at))
	}
	return "", err
}

// reopen records that the vault has the upload and that no archive came of it. A state Unknown
// first becomes Completing, because Open may only follow the record of the request.
func (u *upload) reopen(ctx context.Context, at *attempt) error {
	if at.State == record.Unknown {
		if err := u.saveAs(ctx, at, record.Completing); err != nil {
			return err
		}
	}
	return u.saveAs(ctx, at, record.Open)
}

// saveAs saves an attempt in another state. The attempt gets the state only if that succeeds.
func (u *upload) saveAs(ctx context.Context, at *attempt, state record.UploadState) error {
	is := *at
	is.State = state
	err := u.save(ctx, &is)
	if err == nil {
		at.Upload = is.Upload
	}
	return err
}

// finish makes the archive id durable. If it cannot record the whole result, it saves the id
// alone, so that a later run need not ask a vault that may have forgotten the upload. The error
// contains the id as well.
func (u *upload) finish(ctx context.Context, at *attempt, id vault.ArchiveID, size int64) error {
	a := u.newArchive(at, id, size, record.Stored)
	err := u.saveFinished(ctx, at, a)
	if err == nil {
		u.noteETag(ctx, a)
		return nil
	}
	at.ArchiveID = id
	return errors.Join(fmt.Errorf("the archive was stored as %q but could not be recorded; "+
		"run the same command again to record it: %w", id, err), u.save(ctx, at))
}

func (u *upload) newArchive(at *attempt, id vault.ArchiveID, size int64, state record.ArchiveState) record.Archive {
	return record.Archive{
		Vault: u.VaultURL, ID: id, Name: at.Source.Path, Description: u.description,
		Size: size, TreeHash: at.TreeHash, Created: u.Now().UTC().Round(0), State: state,
	}
}

// saveFinished records that an upload has become an archive, even after the call was cancelled.
func (u *upload) saveFinished(ctx context.Context, at *attempt, a record.Archive) error {
	done := at.Upload
	done.State, done.ArchiveID = record.Completed, a.ID
	err := u.Journal.FinishUpload(context.WithoutCancel(ctx), &done, a)
	if err == nil {
		at.Upload = done
	}
	return err
}

// noteETag records the ETag of a new archive, if the vault may use the id again for other
// bytes. If it fails, the first inventory supplies the ETag.
func (u *upload) noteETag(ctx context.Context, a record.Archive) {
	l, ok := u.Vault.(vault.Looker)
	if !ok {
		return
	}
	if found, err := l.Look(ctx, a.ID); err == nil && found.Size == a.Size && found.ETag != "" {
		_ = u.Journal.NoteETag(context.WithoutCancel(ctx), u.VaultURL, a.ID, found.ETag, found.Created)
	}
}

// recordUnknown records that it is unknown whether the archive was stored. The error says how
// to find out.
func (u *upload) recordUnknown(ctx context.Context, at *attempt, size int64) error {
	remedy := "the archive is probably stored; the vault's next inventory, in about a day, will list its id"
	if u.Vault.Limits().InventoryLag == 0 {
		remedy = "the archive cannot be seen yet; run the same command again later to look for it"
	}
	err := fmt.Errorf("%w: the vault was asked to complete %s (%s, tree hash %s), its answer was lost, "+
		"and it no longer knows the upload; %s; firn does not upload it again on its own",
		ErrUnknown, sourceText(at.Source), sizeText(size), at.TreeHash, remedy)
	if at.State == record.Unknown && at.Source.Size == size {
		return err // the recorded time stays that of the first failure
	}
	at.State, at.Source.Size = record.Unknown, size
	return errors.Join(err, u.save(ctx, at))
}

// sourceText names the source of an earlier run.
func sourceText(s record.Source) string {
	if s.Path == record.Stream {
		return "a stream"
	}
	return strconv.Quote(filepath.Base(s.Path))
}

// sizeText is the size of an earlier upload, if it is on record.
func sizeText(size int64) string {
	if size < 0 {
		return "of unknown size"
	}
	return humane.Bytes(size)
}

// explainMissing replaces the ErrNotFound of an upload by errUploadGone if the vault itself
// exists. It returns other errors unchanged.
func (u *upload) explainMissing(ctx context.Context, err error) error {
	if !errors.Is(err, vault.ErrNotFound) {
		return err
	}
	if _, listing := u.unfinished(ctx); listing != nil {
		return listing
	}
	return fmt.Errorf("%w: %w", errUploadGone, err)
}

// expire records that the vault dropped an upload, and says in a notice how much must be sent
// again.
func (u *upload) expire(ctx context.Context, at *attempt) error {
	at.State = record.Expired
	c, err := u.completion(ctx, at)
	if err != nil {
		return err
	}
	u.Notice(fmt.Sprintf("the vault no longer has the upload begun %s; it may drop an upload after 24 hours without a request; "+
		"%d parts (%s) must be sent again", humane.Time(at.Started), len(c.Parts), humane.Bytes(c.Size)))
	if err := u.Journal.DropParts(ctx, at.Key); err != nil {
		return err
	}
	return u.save(ctx, at)
}
