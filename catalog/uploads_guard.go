package catalog

import (
	"context"
	"database/sql"
	"errors"

	"firn/catalog/internal/compare"
	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// checkFollows refuses to save u if another process has changed the upload on record in a
// way that u would undo.
func checkFollows(ctx context.Context, tx *sql.Tx, u record.Upload) error {
	was, err := table.ScanUpload(tx.QueryRowContext(ctx, `SELECT key, `+table.UploadColumns+` FROM uploads WHERE key = $1`, u.Key))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil // saving it fails with that
	case err != nil:
		return err
	case compare.Follows(was, u):
		return nil
	}
	return vault.Errorf(vault.ErrLocked, "it is now %s and cannot become %s: another process continued it", was.State, u.State)
}
