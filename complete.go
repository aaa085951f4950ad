package firn

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/dustin/go-humanize"

	"firn/record"
	"firn/vault"
)

// errUploadGone: the vault is there and does not know the upload.
var errUploadGone = errors.New("the upload is gone from the vault")

// complete asks the vault to publish the archive: the intent is recorded, the
// vault is asked until it answers, and the id is recorded before it is returned.
func (u *upload) complete(ctx context.Context, at *attempt, c vault.Completion) (vault.ArchiveID, error) {
	at.State, at.TreeHash = record.Completing, c.TreeHash
	if err := u.save(ctx, at); err != nil {
		return "", err
	}
	var id vault.ArchiveID
	lost := false // an answer was, so the archive may be there already
	err := u.retry().Do(ctx, func(ctx context.Context) (err error) {
		id, err = u.vault.CompleteUpload(ctx, at.ID, c)
		lost = lost || errors.Is(err, vault.ErrUnavailable)
		return err
	})
	switch {
	case err == nil:
		return id, u.finish(ctx, at, id, c.Size)
	case errors.Is(err, vault.ErrNotFound) && lost:
		return "", u.unknown(ctx, at)
	case errors.Is(err, vault.ErrNotFound):
		return "", u.explainMissing(ctx, err)
	case errors.Is(err, vault.ErrInvalid) || errors.Is(err, vault.ErrChecksum):
		at.State = record.Open
		return "", errors.Join(
			fmt.Errorf("the vault refused to complete the upload; run the same command again, "+
				"parts that it holds otherwise are then sent anew: %w", err),
			u.save(ctx, at))
	}
	return "", err
}

// finish makes the archive id durable.
func (u *upload) finish(ctx context.Context, at *attempt, id vault.ArchiveID, size int64) error {
	at.State, at.ArchiveID = record.Completed, id
	err := u.Journal.FinishUpload(context.WithoutCancel(ctx), &at.Upload, record.Archive{
		Vault: u.VaultURL, ID: id, Name: at.Source.Path, Description: u.description,
		Size: size, TreeHash: at.TreeHash, Created: u.Now().UTC().Round(0), State: record.Stored,
	})
	if err != nil {
		return fmt.Errorf("the archive was stored as %q but that could not be recorded; "+
			"run the same command again to record it: %w", id, err)
	}
	return nil
}

// settle asks again about an upload whose completion was asked for in an earlier
// run and never confirmed. done is false if there was nothing to settle, if the
// upload turned out to be still open, or if the file is another one by now.
func (u *upload) settle(ctx context.Context) (stored Stored, done bool, err error) {
	last, err := u.Journal.FindUpload(ctx, u.VaultURL, u.source.identity.Path, u.description)
	if errors.Is(err, vault.ErrNotFound) {
		return Stored{}, false, nil
	}
	if err != nil {
		return Stored{}, false, err
	}
	if last.State != record.Completing && (last.State != record.Unknown || u.Again) {
		return Stored{}, false, nil
	}
	at := &attempt{Upload: last}
	c := vault.Completion{TreeHash: last.TreeHash}
	for p, err := range u.Journal.Parts(ctx, last.Key) {
		if err != nil {
			return Stored{}, false, err
		}
		c.Parts = append(c.Parts, p)
		c.Size += p.Size
	}
	u.Notice("the answer to completing this upload was lost; asking the vault again")
	id, err := u.complete(ctx, at, c)
	switch {
	case errors.Is(err, errUploadGone):
		return Stored{}, false, u.unknown(ctx, at)
	case errors.Is(err, vault.ErrInvalid) || errors.Is(err, vault.ErrChecksum):
		return Stored{}, false, nil // it is open; sending what differs comes next
	case err != nil:
		return Stored{}, false, err
	}
	same := u.Again || u.source.stream != nil || provedSame(last.Source, u.source.identity)
	return Stored{
		ArchiveID: id, Size: c.Size, TreeHash: at.TreeHash, Description: u.description, PartSize: at.PartSize,
		Parts: len(c.Parts), PartsResumed: len(c.Parts), Elapsed: u.Now().Sub(u.begin),
	}, same, nil
}

// unknown records that nothing but an inventory can tell, and says what to do.
func (u *upload) unknown(ctx context.Context, at *attempt) error {
	at.State = record.Unknown
	return errors.Join(
		fmt.Errorf("%w: the vault was asked to complete %q, its answer was lost, and now it does not know the upload any more; "+
			"most likely the archive is there (%s, tree hash %s) and the vault's next inventory, in about a day, will list its id; "+
			"it is not uploaded again unless you ask for a second copy with --again",
			ErrUnknown, filepath.Base(at.Source.Path), humanize.IBytes(uint64(max(0, at.Source.Size))), at.TreeHash),
		u.save(ctx, at))
}

// explainMissing turns the ErrNotFound of an upload into errUploadGone if the
// vault itself is there. Other errors come back as they are.
func (u *upload) explainMissing(ctx context.Context, err error) error {
	if !errors.Is(err, vault.ErrNotFound) {
		return err
	}
	if _, listing := u.unfinished(ctx); listing != nil {
		return listing
	}
	return fmt.Errorf("%w: %w", errUploadGone, err)
}

// expire records that the vault dropped an upload and tells what that costs.
func (u *upload) expire(ctx context.Context, at *attempt) error {
	at.State = record.Expired
	var parts, size int64
	for p, err := range u.Journal.Parts(ctx, at.Key) {
		if err != nil {
			return err
		}
		parts++
		size += p.Size
	}
	u.Notice(fmt.Sprintf("the vault dropped the unfinished upload begun %s, as it may after 24 hours without a request; "+
		"%d parts (%s) must be sent again", at.Started.Local().Format("2006-01-02 15:04:05"), parts, humanize.IBytes(uint64(size))))
	if err := u.Journal.DropParts(ctx, at.Key); err != nil {
		return err
	}
	return u.save(ctx, at)
}
