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

// Look asks a vault to describe an archive at once, which takes a request or two: its size,
// hashes and times, which the record may lack. The archive that the vault has must agree with
// the archive on record; if it differs, the error wraps vault.ErrNotFound. If the vault
// describes archives only by jobs or in its lists, the error wraps vault.ErrInvalid.
func Look(ctx context.Context, v any, a record.Archive, retry transfer.Retry) (found vault.Archive, err error) {
	err = retry.Do(ctx, func(ctx context.Context) (err error) {
		found, err = lookClosely(ctx, v, a.ID)
		return err
	})
	if err == nil && (hasOtherHash(a, found) || a.Size >= 0 && IsAnother(a, found)) {
		err = vault.Errorf(vault.ErrNotFound, "the vault now has another archive under that id")
	}
	if err != nil {
		return vault.Archive{}, fmt.Errorf("look at archive %s: %w", QuoteID(a.ID), err)
	}
	return found, nil
}

func lookClosely(ctx context.Context, v any, id vault.ArchiveID) (vault.Archive, error) {
	if l, ok := v.(vault.CloseLooker); ok {
		found, err := l.LookClosely(ctx, id)
		if !errors.Is(err, vault.ErrInvalid) {
			return found, err
		}
	}
	if l, ok := v.(vault.Looker); ok {
		return l.Look(ctx, id)
	}
	return vault.Archive{}, vault.Errorf(vault.ErrInvalid, "the vault describes archives only through jobs")
}

// IsAnother reports whether the vault has another archive under the id of a. A service that
// uses an id again gives each archive an ETag. If the ETag of a is not on record, the later
// date decides.
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

// hasOtherHash reports whether both tree hashes are known and differ.
func hasOtherHash(a record.Archive, found vault.Archive) bool {
	return !found.TreeHash.IsZero() && !a.TreeHash.IsZero() && found.TreeHash != a.TreeHash
}

// ClockSlack is the assumed difference between the service's clock and ours, when the time of
// an upload is compared with the time of our request. A signature allows as much.
const ClockSlack = 15 * time.Minute
