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
		err := c.transact(ctx, func(tx *sql.Tx) (err error) {
			lost, err = all(walk(ctx, tx, scanUpload, `SELECT key, `+uploadColumns+` FROM uploads u WHERE key > $1 AND `+
				withoutArchive+` ORDER BY key LIMIT $2`, last, mergeAtOnce))
			for _, u := range lost {
				if err != nil {
					break
				}
				err = saveArchive(ctx, tx, archiveOf(u), u.Updated)
			}
			return err
		})
		if err != nil || len(lost) == 0 {
			return err
		}
		for _, u := range lost {
			added(archiveOf(u))
			last = u.Key
		}
	}
}

// archiveOf is what a finished upload tells of its archive.
func archiveOf(u record.Upload) record.Archive {
	return record.Archive{
		Vault: u.Vault, ID: u.ArchiveID, Name: u.Source.Path, Description: u.Description, Size: u.Source.Size,
		TreeHash: u.TreeHash, Created: u.Updated, State: record.Stored,
	}
}
