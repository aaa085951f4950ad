package catalog

import (
	"context"
	"database/sql"

	"firn/catalog/internal/compare"
	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// dropProof removes the parts that could prove an archive.
func dropProof(ctx context.Context, tx *sql.Tx, vaultURL string, id vault.ArchiveID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM parts WHERE upload_key IN (SELECT key FROM uploads
		WHERE vault = $1 AND archive_id = $2 AND archive_id <> '' AND state = 'completed')`, vaultURL, id)
	return err
}

// MarkProved saves that all bytes of an archive were read back and compared with its tree
// hash. If the archive was Unproved, it becomes Stored, or Confirmed if an inventory has
// it, and MarkProved removes the parts that could have proved it.
func (c *Catalog) MarkProved(ctx context.Context, vaultURL string, id vault.ArchiveID) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		if m.IsGone() || !compare.IsUnproved(m.Archive) {
			return nil
		}
		state := m.State
		if state == record.Unproved {
			if state = record.Stored; !m.Seen.IsZero() {
				state = record.Confirmed
			}
		}
		if err := dropProof(ctx, m.tx, vaultURL, id); err != nil {
			return err
		}
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET state = $1, state_before = '' WHERE key = $2`, state, m.Key)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note that archive %q in %q is proved", id, vaultURL)
	}
	return nil
}

// FindUnproved returns the newest upload of a source, with this description, whose archive
// is not proved, and that archive, or vault.ErrNotFound. An archive that became Differing
// is not proved either, as long as the parts are on record.
func (c *Catalog) FindUnproved(ctx context.Context, vaultURL, path, description string) (record.Upload, record.Archive, error) {
	u, err := c.newestUpload(ctx, `vault = $1 AND path = $2 AND description = $3 AND state = 'completed' AND EXISTS (
		SELECT 1 FROM all_ids i`+sqlite.JoinInOrder+`archives a ON a.key = i.archive_key
		WHERE i.vault_key = (SELECT key FROM vaults WHERE url = $1) AND i.archive_id = u.archive_id
		AND (a.state = $4 OR a.state = $5 AND EXISTS (SELECT 1 FROM parts p WHERE p.upload_key = u.key)))`,
		vaultURL, table.Raw(path), table.Raw(description), record.Unproved, record.Differing)
	if err != nil {
		return record.Upload{}, record.Archive{}, c.db.Fail(ctx, err, "find an archive of %q in %q that is not proved", path, vaultURL)
	}
	a, err := c.ArchiveByID(ctx, vaultURL, u.ArchiveID)
	if err != nil {
		return record.Upload{}, record.Archive{}, err
	}
	return u, a, nil
}
