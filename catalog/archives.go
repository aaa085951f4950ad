package catalog

import (
	"context"
	"database/sql"
	"errors"
	"iter"

	"firn/record"
	"firn/vault"
)

// archiveColumns are an archive's as scanArchive takes them, of archiveTables.
const archiveColumns = `a.key, v.url, a.archive_id, a.name, a.mod_time, a.tool, a.description,
	a.size, a.tree_hash, a.created, coalesce(i.date, ''), a.state`

// archiveTables walks the archives vault by vault: CROSS JOIN keeps SQLite to
// this order, in which both come sorted from their indexes.
const archiveTables = `vaults v CROSS JOIN archives a ON a.vault_key = v.key
	LEFT JOIN inventories i ON i.key = a.inventory_key`

// keyed is an archive with the catalog's own key of it.
type keyed struct {
	key int64
	record.Archive
}

func scanKeyed(r row) (keyed, error) {
	var a keyed
	err := r.Scan(&a.key, &a.Vault, &a.ID, (*raw)(&a.Name), (*instant)(&a.ModTime), &a.Tool, (*raw)(&a.Description),
		&a.Size, (*digest)(&a.TreeHash), (*instant)(&a.Created), (*instant)(&a.Seen), &a.State)
	return a, err
}

func scanArchive(r row) (record.Archive, error) {
	a, err := scanKeyed(r)
	return a.Archive, err
}

// saveArchive writes an archive down that an upload made, over what was known of
// its id. What an inventory has confirmed stays so.
func saveArchive(ctx context.Context, tx *sql.Tx, a record.Archive) error {
	vaultKey, err := vaultKey(ctx, tx, a.Vault)
	if err != nil {
		return err
	}
	was, err := scanKeyed(tx.QueryRowContext(ctx, `SELECT `+archiveColumns+` FROM `+archiveTables+`
		WHERE v.key = $1 AND a.archive_id = $2`, vaultKey, a.ID))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if was.State == record.Confirmed && a.State == record.Stored && was.Size == a.Size && was.TreeHash == a.TreeHash {
		a.State = record.Confirmed
	}
	var key int64
	err = tx.QueryRowContext(ctx, `
		INSERT INTO archives (vault_key, archive_id, name, mod_time, tool, description, size, tree_hash, created, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (vault_key, archive_id) DO UPDATE SET
			name = excluded.name, mod_time = excluded.mod_time, tool = excluded.tool,
			description = excluded.description, size = excluded.size,
			tree_hash = excluded.tree_hash, created = excluded.created, state = excluded.state
		RETURNING key`,
		vaultKey, a.ID, raw(a.Name), instant(a.ModTime), a.Tool, raw(a.Description), a.Size,
		digest(a.TreeHash), instant(a.Created), a.State).Scan(&key)
	if err != nil {
		return err
	}
	return relabel(ctx, tx, vaultKey, key, was.Archive, a)
}

// FindArchives lists the archives that a vault is known to have and whose bytes
// came from the path name, with this description and size, newest first.
func (c *Catalog) FindArchives(ctx context.Context, vaultURL, name, description string, size int64) iter.Seq2[record.Archive, error] {
	label := labelText(name)
	return list(ctx, c, "find archives by their source", scanArchive,
		`SELECT `+archiveColumns+` FROM `+archiveTables+`
		WHERE v.url = $1 AND a.key IN (
			SELECT archive_key FROM labels WHERE vault_key = v.key AND slashed = $2 AND label = $3)
		AND a.name = $4 AND a.description = $5 AND a.size = $6 AND a.state IN ($7, $8)
		ORDER BY a.created DESC, a.key DESC`,
		vaultURL, slashed(label), raw(label), raw(name), raw(description), size, record.Stored, record.Confirmed)
}

// Present lists the archives of a vault that are not deleted and whose id is
// behind after, in the order of their ids. An empty after is before all of them.
func (c *Catalog) Present(ctx context.Context, vaultURL string, after vault.ArchiveID) iter.Seq2[record.Archive, error] {
	return list(ctx, c, "list the archives that are not deleted", scanArchive,
		`SELECT `+archiveColumns+` FROM `+archiveTables+`
		WHERE v.url = $1 AND a.state <> $2 AND a.archive_id > $3 ORDER BY a.archive_id`,
		vaultURL, record.Deleted, after)
}
