package depot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// Look asks a vault for what it tells at once of an archive, for the price of a
// request or two: the size, the hashes and the time that the record may lack. What is
// known of the archive must be so of what the vault has under its id. The error of a
// vault that tells of archives by jobs only, or by its lists, wraps vault.ErrInvalid.
func Look(ctx context.Context, v any, a record.Archive, retry transfer.Retry) (told vault.Archive, err error) {
	err = retry.Do(ctx, func(ctx context.Context) (err error) {
		told, err = lookClosely(ctx, v, a.ID)
		return err
	})
	if err == nil && (hasOtherHash(a, told) || a.Size >= 0 && IsAnother(a, told)) {
		err = fmt.Errorf("the vault has another archive under that id by now: %w", vault.ErrNotFound)
	}
	if err != nil {
		return vault.Archive{}, fmt.Errorf("look at archive %s: %w", QuoteID(a.ID), err)
	}
	return told, nil
}

func lookClosely(ctx context.Context, v any, id vault.ArchiveID) (vault.Archive, error) {
	if l, ok := v.(vault.CloseLooker); ok {
		told, err := l.LookClosely(ctx, id)
		if !errors.Is(err, vault.ErrInvalid) {
			return told, err
		}
	}
	if l, ok := v.(vault.Looker); ok {
		return l.Look(ctx, id)
	}
	return vault.Archive{}, fmt.Errorf("the vault tells of archives by jobs only: %w", vault.ErrInvalid)
}

// IsAnother reports whether what a vault has under the id of an archive is another one.
// An id that comes back has an ETag. Where that of the archive is not on record, whatever
// has taken the id over is younger.
func IsAnother(a record.Archive, found vault.Archive) bool {
	if hasOtherHash(a, found) {
		return true
	}
	if a.ETag != "" && found.ETag != "" {
		return found.Size != a.Size || found.ETag != a.ETag
	}
	return found.Size != a.Size ||
		found.ETag != "" && !a.Created.IsZero() && found.Created.After(a.Created.Add(ClockSlack))
}

// hasOtherHash reports whether the tree hash on record, if both are known, is not that
// which the vault tells.
func hasOtherHash(a record.Archive, found vault.Archive) bool {
	return !found.TreeHash.IsZero() && !a.TreeHash.IsZero() && found.TreeHash != a.TreeHash
}

// ClockSlack is how far the service's clock may be behind ours when the time of
// an upload is compared with that of our request: as much as a signature allows.
const ClockSlack = 15 * time.Minute
