package catalog

import (
	"context"
	"database/sql"

	"firn/record"
	"firn/vault"
)

// lookUp notes what is on record of the archives of the entries.
func (f *filing) lookUp(ctx context.Context, entries []record.Archive) error {
	return lookUp(ctx, f.tx, f.vaultKey, entries, f.known)
}

// lookUp adds to known what is on record, by id, of archives of one vault.
func lookUp(ctx context.Context, tx *sql.Tx, vaultKey int64, archives []record.Archive, known map[vault.ArchiveID]*keyed) error {
	find := bulk{tx: tx, before: `SELECT ` + archiveColumns + ` FROM ids CROSS JOIN archives a ON a.key = ids.archive_key
		WHERE ids.vault_key = ? AND ids.archive_id IN (`, row: `?`, after: `)`}
	return find.run(len(archives), func(from, to int) error {
		args := []any{vaultKey}
		for _, a := range archives[from:to] {
			args = append(args, a.ID)
		}
		if err := find.prepare(ctx, to-from); err != nil {
			return err
		}
		rows, err := find.statement.QueryContext(ctx, args...)
		if err != nil {
			return err
		}
		found, err := collect(rows, scanKeyed)
		for _, a := range found {
			known[a.ID] = &a
		}
		return err
	})
}

// add inserts the archives that were not on record, and leaves them unsorted.
func (f *filing) add(ctx context.Context) error {
	return insertArchives(ctx, f.tx, f.vaultKey, f.fresh, func(record.Archive) any { return f.inventory.Key })
}

// insertArchives inserts archives under their keys and leaves them unsorted. Seen
// tells the key of the inventory that lists an archive, or nil.
func insertArchives(ctx context.Context, tx *sql.Tx, vaultKey int64, archives []keyed, seen func(record.Archive) any) error {
	insert := bulk{
		tx: tx, before: `INSERT INTO archives (key, vault_key, archive_id, name, base, mod_time, tool,
		description, size, tree_hash, created, inventory_key, state, etag, dated, state_before, deleted, since) VALUES `,
		row: `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	}
	return insert.run(len(archives), func(from, to int) error {
		var args []any
		for _, a := range archives[from:to] {
			args = append(args, a.key, vaultKey, a.ID, raw(a.Name), raw(baseName(a.Name)), instant(a.ModTime), a.Tool,
				raw(a.Description), a.Size, digest(a.TreeHash), instant(a.Created), seen(a.Archive), a.State,
				a.ETag, instant(a.Dated), a.Before, instant(a.Deleted), instant(a.Since))
		}
		return insert.exec(ctx, to-from, args)
	})
}

// update writes down what the entries changed of archives on record.
func (f *filing) update(ctx context.Context) error {
	for change, keys := range f.changed {
		set := `UPDATE archives SET state = ? WHERE key IN (`
		args := []any{change.state}
		if change.seen {
			set = `UPDATE archives SET state = ?, inventory_key = ? WHERE key IN (`
			args = append(args, f.inventory.Key)
		}
		update := bulk{tx: f.tx, before: set, row: `?`, after: `)`}
		if err := update.run(len(keys), func(from, to int) error {
			all := args[:len(args):len(args)]
			for _, key := range keys[from:to] {
				all = append(all, key)
			}
			return update.exec(ctx, to-from, all)
		}); err != nil {
			return err
		}
	}
	for _, a := range f.marked {
		if _, err := f.tx.ExecContext(ctx, `UPDATE archives SET etag = $1, dated = $2, state_before = $3, deleted = $4 WHERE key = $5`,
			a.ETag, instant(a.Dated), a.Before, instant(a.Deleted), a.key); err != nil {
			return err
		}
	}
	for _, a := range f.filled {
		if err := updateArchive(ctx, f.tx, a.key, a.Archive); err != nil {
			return err
		}
	}
	return nil
}
