package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"firn/record"
	"firn/vault"
)

// checkFollows refuses to save u where that would lose what is known of the upload:
// u is of a caller who has not seen how it stands.
func checkFollows(ctx context.Context, tx *sql.Tx, u record.Upload) error {
	was, err := scanUpload(tx.QueryRowContext(ctx, `SELECT key, `+uploadColumns+` FROM uploads WHERE key = $1`, u.Key))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil // which saving it tells
	case err != nil:
		return err
	case follows(was, u):
		return nil
	}
	return fmt.Errorf("it is %s by now, and not to be %s: another process went on with it: %w", was.State, u.State, vault.ErrLocked)
}

// follows reports whether one state of an upload may come after another. An archive
// id on record stays. Of an upload that the vault was asked to complete nobody knows
// that it is no archive until the vault says so: only then is it open, or expired.
func follows(was, is record.Upload) bool {
	if was.ArchiveID != "" && is.ArchiveID != was.ArchiveID {
		return false
	}
	switch was.State {
	case record.Completed:
		return is.State == record.Completed
	case record.Unknown:
		return is.State == record.Unknown || is.State == record.Completing || is.State == record.Completed
	case record.Completing:
		return is.State != record.Initiating && is.State != record.Aborted
	}
	return true
}

// later is the one of two states of an upload, of two records, that counts: a finished
// one, since it stays so, else the one saved later, unless it does not know what the
// other does: that the vault was asked to complete the upload.
func later(was, told record.Upload) record.Upload {
	wasDone, toldDone := was.State == record.Completed, told.State == record.Completed
	isLater := told.Updated.After(was.Updated) && follows(was, told)
	knowsMore := told.State == record.Unknown && (was.State == record.Initiating || was.State == record.Open)
	switch {
	case wasDone && !toldDone:
		return was
	case toldDone && !wasDone, isLater, knowsMore:
		return told
	}
	return was
}
