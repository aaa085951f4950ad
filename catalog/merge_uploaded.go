package catalog

import (
	"context"
	"database/sql"

	"firn/record"
)

// addUploaded adds the archives of finished uploads that are not on record, as far
// as the uploads know them, and calls added with each.
func (c *Catalog) addUploaded(ctx context.Context, added func(item)) error {
	for last := int64(0); ; {
		var lost []record.Upload
		var archives []record.Archive
		err := c.db.Transact(ctx, func(tx *sql.Tx) (err error) {
			lost, err = all(walk(ctx, tx, scanUpload, `SELECT key, `+uploadColumns+` FROM uploads u WHERE key > $1 AND `+
				withoutArchive+` ORDER BY key LIMIT $2`, last, mergeAtOnce))
			archives = nil
			for _, u := range lost {
				if err != nil {
					break
				}
				var a record.Archive
				if a, err = archiveOf(ctx, tx, u); err == nil {
					err = saveArchive(ctx, tx, a, u)
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

// archiveOf is what a finished upload tells of its archive. One whose parts are still
// on record is not proved.
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
