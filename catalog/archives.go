package catalog

import (
	"context"
	"iter"
	"strings"

	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// FindArchives lists the archives of a vault that are Stored or Confirmed and whose bytes
// came from the path name, with this description and size, newest first.
func (c *Catalog) FindArchives(ctx context.Context, vaultURL, name, description string, size int64) iter.Seq2[record.Archive, error] {
	label := slashes(name)
	return table.List(ctx, c.db, "find archives by their source", table.ScanArchive,
		`SELECT `+table.ArchiveColumns+` FROM archives a WHERE a.key IN (
			SELECT archive_key FROM all_labels WHERE vault_key = (SELECT key FROM vaults WHERE url = $1)
			AND slashed = $2 AND label = $3)
		AND a.name = $4 AND a.description = $5 AND a.size = $6 AND a.state IN ($7, $8)
		ORDER BY a.created DESC, a.key DESC`,
		vaultURL, slashed(label), label, table.Raw(name), table.Raw(description), size, record.Stored, record.Confirmed)
}

// FindNamed lists the archives of a vault that are Stored or Confirmed and have one of
// these names, this size, and a tree hash on record, newest first. A name is the last
// element of an archive's path, or a plain description.
func (c *Catalog) FindNamed(ctx context.Context, vaultURL string, names []string, size int64) iter.Seq2[record.Archive, error] {
	q := query{args: []any{vaultURL}}
	var labelled []string
	for _, name := range names {
		labelled = append(labelled, `SELECT archive_key FROM all_labels WHERE vault_key = (SELECT key FROM vaults WHERE url = $1)
			AND slashed = `+q.arg(slashed(name))+` AND label = `+q.arg(name))
	}
	q.text = foundArchives + strings.Join(labelled, ` UNION ALL `) + `)
		AND a.size = ` + q.arg(size) + ` AND a.tree_hash <> ''
		AND a.state IN (` + q.arg(record.Stored) + `, ` + q.arg(record.Confirmed) + `) ORDER BY a.created DESC, a.key DESC`
	return table.List(ctx, c.db, "find archives by their name and size", table.ScanArchive, q.text, q.args...)
}

// Knows reports whether anything in a vault is on record: an archive, or an inventory that
// was read.
func (c *Catalog) Knows(ctx context.Context, vaultURL string) (known bool, err error) {
	err = c.db.Reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM all_ids WHERE vault_key = (SELECT key FROM vaults WHERE url = $1))
		OR EXISTS (SELECT 1 FROM inventories WHERE vault = $1 AND state = $2)`, vaultURL, record.Read).Scan(&known)
	if err != nil {
		return false, c.db.Fail(ctx, err, "look up the vault %q", vaultURL)
	}
	return known, nil
}

// Present lists the archives of a vault that are not deleted and whose id is greater than
// after, in the order of their ids. An empty after is less than any id. Present leaves out
// archives that were added later than newest, a result of NewestArchive; with 0 it leaves
// out none.
func (c *Catalog) Present(ctx context.Context, vaultURL string, newest int64, after vault.ArchiveID) iter.Seq2[record.Archive, error] {
	return table.List(ctx, c.db, "list the archives that are not deleted",
		func(r table.Row) (record.Archive, error) {
			var a table.Keyed
			err := r.Scan(append([]any{new(string)}, a.Fields()...)...)
			return a.Archive, err
		},
		`SELECT o.archive_id, `+table.ArchiveColumns+` FROM all_ids o`+sqlite.JoinInOrder+`archives a ON a.key = o.archive_key
		WHERE o.vault_key = (SELECT key FROM vaults WHERE url = $1) AND o.archive_id > $2 AND a.state <> $3
			AND ($4 = 0 OR a.key <= $4)
		ORDER BY o.archive_id`, vaultURL, after, record.Deleted, newest)
}

// NewestArchive returns a number that separates the archives on record now from those that
// are added later; see Present. It is never 0.
func (c *Catalog) NewestArchive(ctx context.Context) (int64, error) {
	var key int64
	if err := c.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(key), 0) FROM archives`).Scan(&key); err != nil {
		return 0, c.db.Fail(ctx, err, "find the newest archive on record")
	}
	return max(key, 1), nil
}

// ArchiveByID returns the archive of a vault that has exactly this id, or vault.ErrNotFound.
func (c *Catalog) ArchiveByID(ctx context.Context, vaultURL string, id vault.ArchiveID) (record.Archive, error) {
	a, err := table.ScanArchive(c.db.Reader.QueryRowContext(ctx, foundArchives+`SELECT archive_key FROM all_ids
		WHERE vault_key = (SELECT key FROM vaults WHERE url = $1) AND archive_id = $2)`, vaultURL, id))
	if err != nil {
		return record.Archive{}, c.db.Fail(ctx, err, "find the archive %q in %q", id, vaultURL)
	}
	return a, nil
}
