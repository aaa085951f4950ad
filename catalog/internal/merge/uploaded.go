package merge

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"firn/catalog/internal/compare"
	"firn/catalog/internal/contents"
	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// AddUploaded adds the archives of finished uploads that are not on record, with the fields
// that the uploads have, and calls added with each.
func AddUploaded(ctx context.Context, db *sqlite.DB, added func(contents.Item)) error {
	for last := int64(0); ; {
		var lost []record.Upload
		var archives []record.Archive
		err := db.Transact(ctx, func(tx *sql.Tx) (err error) {
			lost, err = table.All(table.Walk(ctx, tx, table.ScanUpload, `SELECT key, `+table.UploadColumns+` FROM uploads u WHERE key > $1 AND `+
				table.WithoutArchive+` ORDER BY key LIMIT $2`, last, mergeAtOnce))
			archives = nil
			for _, u := range lost {
				if err != nil {
					break
				}
				var a record.Archive
				if a, err = archiveOf(ctx, tx, u); err == nil {
					err = SaveArchive(ctx, tx, a, u)
				}
				archives = append(archives, a)
			}
			return err
		})
		if err != nil || len(lost) == 0 {
			return err
		}
		for _, a := range archives {
			added(a)
		}
		last = lost[len(lost)-1].Key
	}
}

// archiveOf returns the archive that a finished upload made. It is Unproved if the parts of
// the upload are still on record.
func archiveOf(ctx context.Context, tx *sql.Tx, u record.Upload) (record.Archive, error) {
	a := record.Archive{
		Vault: u.Vault, ID: u.ArchiveID, Name: u.Source.Path, Description: u.Description, Size: u.Source.Size,
		TreeHash: u.TreeHash, Created: u.Updated, State: record.Stored,
	}
	var hasParts bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM parts WHERE upload_key = $1)`, u.Key).Scan(&hasParts)
	if hasParts {
		a.State = record.Unproved
	}
	return a, err
}

// SaveArchive saves an archive that the upload u made, over the record under its id. If the
// record is of the same archive and Confirmed, it stays so. A record of another archive is
// replaced. If the record is Deleting or Deleted and may be of the same archive, it stays
// so, and the error wraps vault.ErrNotFound: only an upload that began after the deletion
// made another archive.
func SaveArchive(ctx context.Context, tx *sql.Tx, a record.Archive, u record.Upload) error {
	vaultKey, err := table.VaultKey(ctx, tx, a.Vault)
	if err != nil {
		return err
	}
	was, err := table.Recorded(ctx, tx, vaultKey, a.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return table.AddArchive(ctx, tx, vaultKey, a)
	}
	if err != nil {
		return err
	}
	switch {
	case was.IsGone() && !u.Started.After(was.Deleted):
		return vault.Errorf(vault.ErrNotFound, "it is %s", was.State)
	case was.IsGone() || compare.HasOtherBytes(was.Archive, a):
		return takeOver(ctx, tx, was.Key, a, u.Updated)
	}
	a.Before, a.Deleted = "", time.Time{}
	if was.State == record.Confirmed && a.State == record.Stored {
		a.State = record.Confirmed
	}
	isKnown := was.State == record.Stored || was.State == record.Unproved || was.State == record.Confirmed
	if a.ETag == "" && isKnown { // else the ETag on record may be that of other bytes
		a.ETag, a.Dated = was.ETag, was.Dated
	}
	a.Since = was.Since
	return table.UpdateArchive(ctx, tx, was.Key, a)
}

// takeOver saves an archive that an upload made under the id of another archive. No
// inventory lists it yet.
func takeOver(ctx context.Context, tx *sql.Tx, key int64, a record.Archive, now time.Time) error {
	a.Since = now
	if err := table.UpdateArchive(ctx, tx, key, a); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE archives SET inventory_key = NULL WHERE key = $1`, key)
	return err
}
