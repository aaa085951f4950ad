package upload

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/internal/humane"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/vault"
)

// pending is an earlier upload of the source that the vault was asked to complete, and whose
// result is not known.
type pending struct {
	record.Upload
	unknown error // why the result is not known; nil until this call asks the vault
}

// resolveCompleting asks the vault again about the uploads that earlier runs were completing
// when they ended. done is true if one of them stored the source as requested. An upload may
// also turn out to be open, or to be complete with a source that has changed since; then there
// is more to do, and last holds the new state of the newest upload. Uploads whose result stays
// unknown go into u.pending.
func (u *upload) resolveCompleting(ctx context.Context, last *record.Upload) (stored Stored, done bool, err error) {
	for was, err := range u.Journal.PendingUploads(ctx, u.VaultURL, u.source.Identity.Path, u.description) {
		if err != nil {
			return Stored{}, false, err
		}
		u.pending = append(u.pending, pending{Upload: was})
	}
	left := u.pending[:0]
	for _, p := range u.pending {
		if p.State == record.Completing {
			stored, err := u.resolve(ctx, &p, last)
			switch {
			case err != nil:
				return Stored{}, false, err
			case p.State == record.Completed && source.LooksUnchanged(p.Source, u.source.Identity) && u.hasRequestedName(p.Name, p.Class):
				return stored, true, nil
			case p.State == record.Completed:
				u.noticeCompleted(p.Upload)
			}
		}
		if p.State == record.Unknown {
			left = append(left, p)
		}
	}
	u.pending = left
	return Stored{}, false, nil
}

// resolveUnknown asks about the uploads in u.pending before anything is sent, because their
// bytes must not be sent again. The bytes of a stream are known only after it was read, so the
// uploads of streams stay in u.pending; see checkNotPending.
func (u *upload) resolveUnknown(ctx context.Context, last *record.Upload) (stored Stored, done bool, err error) {
	left := u.pending[:0]
	for _, p := range u.pending {
		if u.Again {
			break
		}
		other, err := u.isOther(ctx, p.Upload)
		if err != nil {
			return Stored{}, false, err
		}
		if other {
			u.Notice(fmt.Sprintf("it is unknown whether the earlier upload of %s, with other bytes, was stored; "+
				"this one is stored beside it", humane.Bytes(p.Source.Size)))
			continue
		}
		if p.unknown == nil {
			if stored, err = u.resolve(ctx, &p, last); err != nil {
				return Stored{}, false, err
			}
		}
		switch isStream := u.source.Stream != nil; {
		case p.State == record.Completed && isStream:
			u.noticeCompleted(p.Upload)
		case p.State == record.Completed && u.hasRequestedName(p.Name, p.Class):
			return stored, true, nil
		case p.State == record.Completed:
			if stored, done, err := u.alreadyPresent(ctx, *last); done || err != nil {
				return stored, done, err
			}
		case p.State == record.Unknown && isStream:
			u.Notice(fmt.Sprintf("it is unknown whether the stream uploaded %s, %s, was stored; this one gets an upload "+
				"of its own, which is completed only if its bytes differ", humane.Time(p.Started), sizeText(p.Source.Size)))
			left = append(left, p)
		case p.State == record.Unknown:
			return Stored{}, false, p.unknown
		}
	}
	u.pending = left
	return Stored{}, false, nil
}

func (u *upload) noticeCompleted(was record.Upload) {
	u.Notice(fmt.Sprintf("the upload begun %s is now complete, as archive %s",
		humane.Time(was.Started), was.ArchiveID))
}

// resolve asks the vault once more for the result of an upload, or only records the id if an
// earlier run received it. Afterwards p and last are Completed; Unknown; Open if the vault has
// the upload and refused to complete it, so that the differing parts are sent next; or Expired
// if the archive was deleted since.
func (u *upload) resolve(ctx context.Context, p *pending, last *record.Upload) (stored Stored, err error) {
	at := &attempt{Upload: p.Upload}
	c, err := u.completion(ctx, at)
	if err != nil {
		return Stored{}, err
	}
	id, err := u.completeAgain(ctx, at, c)
	p.Upload = at.Upload
	if last.Key == at.Key {
		*last = at.Upload
	}
	switch {
	case errors.Is(err, ErrUnknown) && at.State == record.Unknown:
		p.unknown = err
		return Stored{}, nil
	case err != nil && (at.State == record.Open || at.State == record.Expired):
		return Stored{}, nil
	case err != nil:
		return Stored{}, err
	}
	return Stored{
		ArchiveID: id, Size: at.Source.Size, TreeHash: at.TreeHash, Description: u.description, PartSize: at.PartSize,
		Parts: len(c.Parts), PartsResumed: len(c.Parts), Elapsed: u.Now().Sub(u.started),
	}, nil
}

// completion returns the recorded parts and tree hash, with which the vault was asked to
// complete the upload.
func (u *upload) completion(ctx context.Context, at *attempt) (vault.Completion, error) {
	c := vault.Completion{TreeHash: at.TreeHash}
	for p, err := range u.Journal.Parts(ctx, at.Key) {
		if err != nil {
			return c, err
		}
		c.Parts = append(c.Parts, p)
		c.Size += p.Size
	}
	return c, nil
}

// isWhole reports whether the recorded parts make up the whole archive. A catalog that was
// damaged or merged may lack some. If they were sent, the vault would refuse to complete the
// upload, and the refusal would not show whether the upload is complete.
func isWhole(c vault.Completion, at *attempt) bool {
	hashes := make([]treehash.Hash, len(c.Parts))
	for i, p := range c.Parts {
		hashes[i] = p.TreeHash
	}
	return (at.Source.Size < 0 || at.Source.Size == c.Size) && treehash.Combine(hashes) == at.TreeHash
}

// completeAgain completes an upload of an earlier run. If that run received the archive id,
// completeAgain only records it. Otherwise it asks the vault once more.
func (u *upload) completeAgain(ctx context.Context, at *attempt, c vault.Completion) (vault.ArchiveID, error) {
	switch {
	case at.ArchiveID != "":
		return at.ArchiveID, u.finishLate(ctx, at, max(c.Size, at.Source.Size))
	case isWhole(c, at):
	case at.State == record.Completing:
		err := u.explainMissing(ctx, u.listHeld(ctx, at))
		if err == nil {
			return "", errors.Join(vault.Errorf(vault.ErrInvalid, "parts of the upload are not on record"), u.reopen(ctx, at))
		}
		if !errors.Is(err, errUploadGone) {
			return "", err
		}
		fallthrough
	default:
		return "", u.recordUnknown(ctx, at, at.Source.Size)
	}
	u.Notice("the answer to completing this upload was lost; asking the vault again")
	id, err := u.complete(ctx, at, c)
	if errors.Is(err, errUploadGone) {
		err = u.recordUnknown(ctx, at, c.Size)
	}
	return id, err
}

// finishLate records the archive of which an earlier run recorded only the id. If the archive
// was deleted since, it stays deleted, and the upload becomes Expired.
func (u *upload) finishLate(ctx context.Context, at *attempt, size int64) error {
	failed := u.finish(ctx, at, at.ArchiveID, size)
	if !errors.Is(failed, vault.ErrNotFound) {
		return failed
	}
	if l, ok := u.Vault.(vault.Looker); ok { // a bucket may use the id again, for this archive
		if _, err := l.Look(ctx, at.ArchiveID); !errors.Is(err, vault.ErrNotFound) && !errors.Is(err, vault.ErrInvalid) {
			return failed
		}
	}
	u.Notice(fmt.Sprintf("archive %s, which an earlier run stored, was deleted", depot.QuoteID(at.ArchiveID)))
	if err := u.reopen(ctx, at); err != nil {
		return err
	}
	at.State = record.Expired
	return errors.Join(failed, u.Journal.DropParts(ctx, at.Key), u.save(ctx, at))
}

// checkNotPending compares a stream that was sent with the streams whose result is unknown. The
// same bytes are not stored twice: firn abandons this upload, and leaves it at the vault,
// because it removes nothing there unless the user requests it.
func (u *upload) checkNotPending(ctx context.Context, at *attempt, sent treehash.Hash) error {
	for _, p := range u.pending {
		if p.TreeHash != sent {
			continue
		}
		at.State = record.Aborted
		return errors.Join(&DoubleError{Upload: at.ID, unknown: p.unknown}, u.Journal.DropParts(ctx, at.Key), u.save(ctx, at))
	}
	return nil
}

// DoubleError means that a stream has the same bytes as an earlier stream whose result is
// unknown, and was not completed. It wraps ErrUnknown.
type DoubleError struct {
	Upload  vault.UploadID // the new, unfinished upload, which the caller may abort
	unknown error
}

func (e *DoubleError) Error() string {
	return fmt.Sprintf("the stream has the same bytes as an earlier one, so it was not stored again: %v; the unfinished upload %s has them, too",
		e.unknown, e.Upload)
}

func (e *DoubleError) Unwrap() error { return e.unknown }
