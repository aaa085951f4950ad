package catalog

import (
	"context"
	"time"

	"firn/catalog/internal/table"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// ArchiveByID returns the archive of a vault that has exactly this id, or vault.ErrNotFound.
func (c *Catalog) ArchiveByID(ctx context.Context, vaultURL string, id vault.ArchiveID) (record.Archive, error) {
	a, err := table.ScanArchive(c.db.Reader.QueryRowContext(ctx, foundArchives+`SELECT archive_key FROM all_ids
		WHERE vault_key = (SELECT key FROM vaults WHERE url = $1) AND archive_id = $2)`, vaultURL, id))
	if err != nil {
		return record.Archive{}, c.db.Fail(ctx, err, "find the archive %q in %q", id, vaultURL)
	}
	return a, nil
}

// NoteTreeHash saves the tree hash that a vault has for an archive. It keeps a tree hash that
// is on record already.
func (c *Catalog) NoteTreeHash(ctx context.Context, vaultURL string, id vault.ArchiveID, hash treehash.Hash) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET tree_hash = $1 WHERE key = $2 AND tree_hash = ''`, table.Digest(hash), m.Key)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note the tree hash of archive %q in %q", id, vaultURL)
	}
	return nil
}

// NoteETag saves the vault's ETag and date of an archive that was just stored. It changes
// only an archive that is Stored, Confirmed or Unproved.
func (c *Catalog) NoteETag(ctx context.Context, vaultURL string, id vault.ArchiveID, etag string, dated time.Time) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET (etag, dated) = ($1, $2) WHERE key = $3 AND state IN ($4, $5, $6)`,
			etag, table.Instant(dated), m.Key, record.Stored, record.Confirmed, record.Unproved)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note the ETag of archive %q in %q", id, vaultURL)
	}
	return nil
}
