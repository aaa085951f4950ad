package catalog

import (
	"context"

	"firn/record"
)

// FindUnproved returns the newest upload of a source under a description whose archive
// is there and not proved, and that archive, or vault.ErrNotFound. What an inventory
// has found Differing since is not proved either, as long as the parts are on record.
func (c *Catalog) FindUnproved(ctx context.Context, vaultURL, path, description string) (record.Upload, record.Archive, error) {
	u, err := scanUpload(c.reader.QueryRowContext(ctx, `SELECT key, `+uploadColumns+` FROM uploads u
		WHERE vault = $1 AND path = $2 AND description = $3 AND state = 'completed' AND EXISTS (
			SELECT 1 FROM all_ids i CROSS JOIN archives a ON a.key = i.archive_key
			WHERE i.vault_key = (SELECT key FROM vaults WHERE url = $1) AND i.archive_id = u.archive_id
			AND (a.state = $4 OR a.state = $5 AND EXISTS (SELECT 1 FROM parts p WHERE p.upload_key = u.key)))
		ORDER BY key DESC LIMIT 1`,
		vaultURL, raw(path), raw(description), record.Unproved, record.Differing))
	var a record.Archive
	if err == nil {
		a, err = scanArchive(c.reader.QueryRowContext(ctx, `SELECT `+archiveColumns+` FROM archives a WHERE a.key = (
			SELECT archive_key FROM all_ids WHERE vault_key = (SELECT key FROM vaults WHERE url = $1) AND archive_id = $2)`,
			vaultURL, u.ArchiveID))
	}
	if err != nil {
		return record.Upload{}, record.Archive{}, c.fail(ctx, err, "find an archive of %q in %q that is not proved", path, vaultURL)
	}
	return u, a, nil
}
