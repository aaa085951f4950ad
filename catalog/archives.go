package catalog

import (
	"context"
	"iter"

	"firn/record"
	"firn/vault"
)

const archiveColumns = `vault, archive_id, name, description, size, tree_hash, created, state`

// saveArchive writes an archive down, over what was known of its id.
func saveArchive(ctx context.Context, e execer, a record.Archive) error {
	_, err := e.ExecContext(ctx, `
		INSERT INTO archives (`+archiveColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (vault, archive_id) DO UPDATE SET
			name = excluded.name, description = excluded.description, size = excluded.size,
			tree_hash = excluded.tree_hash, created = excluded.created, state = excluded.state`,
		a.Vault, a.ID, raw(a.Name), raw(a.Description), a.Size, digest(a.TreeHash), instant(a.Created), a.State)
	return err
}

func scanArchive(r row) (record.Archive, error) {
	var a record.Archive
	err := r.Scan(&a.Vault, &a.ID, (*raw)(&a.Name), (*raw)(&a.Description), &a.Size,
		(*digest)(&a.TreeHash), (*instant)(&a.Created), &a.State)
	return a, err
}

// FindArchives lists the stored archives of a vault whose bytes came from the
// path name, with this description and size, newest first.
func (c *Catalog) FindArchives(ctx context.Context, vaultURL, name, description string, size int64) iter.Seq2[record.Archive, error] {
	return list(ctx, c, "find archives by their source", scanArchive,
		`SELECT `+archiveColumns+` FROM archives
		WHERE vault = $1 AND name = $2 AND description = $3 AND size = $4 AND state = $5
		ORDER BY created DESC, key DESC`, vaultURL, raw(name), raw(description), size, record.Stored)
}

// Filter chooses archives. The zero Filter chooses all that are stored.
type Filter struct {
	Vault string // canonical URL; empty: all vaults
	Glob  string // a pattern as FindArchive takes it, or empty
	All   bool   // the deleted ones too
}

// Archives lists the archives that f chooses, by vault and creation.
func (c *Catalog) Archives(ctx context.Context, f Filter) iter.Seq2[record.Archive, error] {
	all := list(ctx, c, "list the archives", scanArchive,
		`SELECT `+archiveColumns+` FROM archives
		WHERE `+inVault(f.Vault)+` AND ($2 OR state = $3)
		ORDER BY vault, created, key`, f.Vault, f.All, record.Stored)
	if f.Glob == "" {
		return all
	}
	return func(yield func(record.Archive, error) bool) {
		for a, err := range all {
			if (err != nil || called(a, f.Glob)) && !yield(a, err) {
				return
			}
		}
	}
}

// MarkDeleted writes down that the vault accepted to delete the archive. It may
// be repeated. vault.ErrNotFound means that the catalog does not know the archive.
func (c *Catalog) MarkDeleted(ctx context.Context, vaultURL string, id vault.ArchiveID) error {
	var key int64
	err := c.writer.QueryRowContext(ctx, `UPDATE archives SET state = $3
		WHERE vault = $1 AND archive_id = $2 RETURNING key`, vaultURL, id, record.Deleted).Scan(&key)
	if err != nil {
		return c.fail(ctx, err, "mark the archive %q in %q as deleted", id, vaultURL)
	}
	return nil
}
