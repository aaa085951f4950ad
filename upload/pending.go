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

// pending is an earlier upload of the source that the vault was asked to complete, and
// of which it is not known whether it is an archive.
type pending struct {
	record.Upload
	unknown error // why that is not known, if the vault was asked in this call
}

// settle asks again about uploads whose completion an earlier run was asking for when
// it ended. done is true if the source was among them. Those that are open after all,
// or completed, but of a source that has changed since, leave the rest to do; last
// tells how the newest stands then. Those of which nothing is known are in u.pending.
func (u *upload) settle(ctx context.Context, last *record.Upload) (stored Stored, done bool, err error) {
	for was, err := range u.Journal.PendingUploads(ctx, u.VaultURL, u.source.Identity.Path, u.description) {
		if err != nil {
			return Stored{}, false, err
		}
		u.pending = append(u.pending, pending{Upload: was})
	}
	left := u.pending[:0]
	for _, p := range u.pending {
		if p.State == record.Completing {
			stored, err := u.ask(ctx, &p, last)
			switch {
			case err != nil:
				return Stored{}, false, err
			case p.State == record.Completed && source.LooksUnchanged(p.Source, u.source.Identity) && u.isAsked(p.Name, p.Class):
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

// settleUnknown goes through the uploads whose end is unknown before anything is sent:
// the bytes of one of them are not sent again. What a stream holds shows only when it
// is read, so those stay in u.pending; see checkNotPending.
func (u *upload) settleUnknown(ctx context.Context, last *record.Upload) (stored Stored, done bool, err error) {
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
			u.Notice(fmt.Sprintf("it is not known whether the earlier upload of %s, with other bytes, was stored; "+
				"this one is uploaded beside it", humane.Bytes(p.Source.Size)))
			continue
		}
		if p.unknown == nil {
			if stored, err = u.ask(ctx, &p, last); err != nil {
				return Stored{}, false, err
			}
		}
		switch isStream := u.source.Stream != nil; {
		case p.State == record.Completed && isStream:
			u.noticeCompleted(p.Upload)
		case p.State == record.Completed && u.isAsked(p.Name, p.Class):
			return stored, true, nil
		case p.State == record.Completed:
			if stored, done, err := u.alreadyPresent(ctx, *last); done || err != nil {
				return stored, done, err
			}
		case p.State == record.Unknown && isStream:
			u.Notice(fmt.Sprintf("it is not known whether the stream uploaded %s, %s, was stored; this one goes into an upload "+
				"of its own, which is completed only if its bytes are others", humane.Time(p.Started), sizeText(p.Source.Size)))
			left = append(left, p)
		case p.State == record.Unknown:
			return Stored{}, false, p.unknown
		}
	}
	u.pending = left
	return Stored{}, false, nil
}

func (u *upload) noticeCompleted(was record.Upload) {
	u.Notice(fmt.Sprintf("the upload begun %s is complete now, as archive %s; what is uploaded now is looked at by itself",
		humane.Time(was.Started), was.ArchiveID))
}

// ask asks the vault once more what became of an upload, or only records the id if an
// earlier run had it. p and last tell how it stands after: Completed; Unknown; Open if the
// vault has it and refused to complete it, so that what differs is sent next; or Expired
// if its archive was deleted since.
func (u *upload) ask(ctx context.Context, p *pending, last *record.Upload) (stored Stored, err error) {
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
		Parts: len(c.Parts), PartsResumed: len(c.Parts), Elapsed: u.Now().Sub(u.begin),
	}, nil
}

// completion is what the record says that the vault was asked to complete.
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

// isWhole reports whether the recorded parts are all of what was to be completed. A
// catalog that was damaged, or merged, may lack some: with them the vault would refuse,
// and that would say nothing of the upload.
func isWhole(c vault.Completion, at *attempt) bool {
	hashes := make([]treehash.Hash, len(c.Parts))
	for i, p := range c.Parts {
		hashes[i] = p.TreeHash
	}
	return (at.Source.Size < 0 || at.Source.Size == c.Size) && treehash.Combine(hashes) == at.TreeHash
}

// completeAgain finishes what an earlier run could not: it only records the id if that
// run had it, else it asks the vault once more.
func (u *upload) completeAgain(ctx context.Context, at *attempt, c vault.Completion) (vault.ArchiveID, error) {
	switch {
	case at.ArchiveID != "":
		return at.ArchiveID, u.finishLate(ctx, at, max(c.Size, at.Source.Size))
	case isWhole(c, at):
	case at.State == record.Completing:
		err := u.explainMissing(ctx, u.listHeld(ctx, at))
		if err == nil {
			return "", errors.Join(fmt.Errorf("the record lacks parts of the upload: %w", vault.ErrInvalid), u.reopen(ctx, at))
		}
		if !errors.Is(err, errUploadGone) {
			return "", err
		}
		fallthrough
	default:
		return "", u.unknown(ctx, at, at.Source.Size)
	}
	u.Notice("the answer to completing this upload was lost; asking the vault again")
	id, err := u.complete(ctx, at, c)
	if errors.Is(err, errUploadGone) {
		err = u.unknown(ctx, at, c.Size)
	}
	return id, err
}

// finishLate records the archive of which an earlier run could only record the id. One
// that was deleted since stays so: then there is nothing more to be done with the upload.
func (u *upload) finishLate(ctx context.Context, at *attempt, size int64) error {
	failed := u.finish(ctx, at, at.ArchiveID, size)
	if !errors.Is(failed, vault.ErrNotFound) {
		return failed
	}
	if l, ok := u.Vault.(vault.Looker); ok { // an id may come back, with this archive
		if _, err := l.Look(ctx, at.ArchiveID); !errors.Is(err, vault.ErrNotFound) && !errors.Is(err, vault.ErrInvalid) {
			return failed
		}
	}
	u.Notice(fmt.Sprintf("archive %s, which an earlier run has stored, is deleted", depot.QuoteID(at.ArchiveID)))
	if err := u.reopen(ctx, at); err != nil {
		return err
	}
	at.State = record.Expired
	return errors.Join(failed, u.Journal.DropParts(ctx, at.Key), u.save(ctx, at))
}

// checkNotPending compares a stream that was sent with those of which it is not known
// whether they were stored. The same bytes are not stored twice: the upload is given
// up, and stays at the vault, as nothing is removed there unasked.
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

// DoubleError says that a stream has the very bytes of an earlier one of which it is
// not known whether it was stored. It wraps ErrUnknown.
type DoubleError struct {
	Upload  vault.UploadID // holds them now; nothing needs it any more, and it may be aborted
	unknown error
}

func (e *DoubleError) Error() string {
	return fmt.Sprintf("the stream has the same bytes as an earlier one, so it was not completed: %v; the unfinished upload %s holds them, too",
		e.unknown, e.Upload)
}

func (e *DoubleError) Unwrap() error { return e.unknown }
