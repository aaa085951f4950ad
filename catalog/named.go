package catalog

import (
	"context"
	"time"

	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// ArchiveByID returns what is on record of the archive that has exactly this id, or
// vault.ErrNotFound.
func (c *Catalog) ArchiveByID(ctx context.Context, vaultURL string, id vault.ArchiveID) (record.Archive, error) {
	a, err := scanArchive(c.db.Reader.QueryRowContext(ctx, foundArchives+`SELECT archive_key FROM all_ids
		WHERE vault_key = (SELECT key FROM vaults WHERE url = $1) AND archive_id = $2)`, vaultURL, id))
	if err != nil {
		return record.Archive{}, c.db.Fail(ctx, err, "find the archive %q in %q", id, vaultURL)
	}
	return a, nil
}

// NoteTreeHash writes down the tree hash that a vault tells of an archive of which none
// is on record. One that is on record stays.
func (c *Catalog) NoteTreeHash(ctx context.Context, vaultURL string, id vault.ArchiveID, hash treehash.Hash) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET tree_hash = $1 WHERE key = $2 AND tree_hash = ''`, digest(hash), m.key)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note the tree hash of archive %q in %q", id, vaultURL)
	}
	return nil
}

// NoteETag writes down what a vault calls the bytes of an archive that was just stored,
// and its date of them. What is not known to be there stays as it is.
func (c *Catalog) NoteETag(ctx context.Context, vaultURL string, id vault.ArchiveID, etag string, dated time.Time) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET (etag, dated) = ($1, $2) WHERE key = $3 AND state IN ($4, $5, $6)`,
			etag, instant(dated), m.key, record.Stored, record.Confirmed, record.Unproved)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note the ETag of archive %q in %q", id, vaultURL)
	}
	return nil
}
