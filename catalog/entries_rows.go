package catalog

import (
	"context"

	"firn/record"
)

// lookUp notes what is on record of the archives of the entries.
func (f *filing) lookUp(ctx context.Context, entries []record.Archive) error {
	known := bulk{tx: f.tx, before: `SELECT ` + archiveColumns + ` FROM ids CROSS JOIN archives a ON a.key = ids.archive_key
		WHERE ids.vault_key = ? AND ids.archive_id IN (`, row: `?`, after: `)`}
	return known.run(len(entries), func(from, to int) error {
		args := []any{f.vaultKey}
		for _, e := range entries[from:to] {
			args = append(args, e.ID)
		}
		if err := known.prepare(ctx, to-from); err != nil {
			return err
		}
		rows, err := known.statement.QueryContext(ctx, args...)
		if err != nil {
			return err
		}
		found, err := collect(rows, scanKeyed)
		for _, a := range found {
			f.known[a.ID] = &a
		}
		return err
	})
}

// add inserts the archives that were not on record, and leaves them unsorted.
func (f *filing) add(ctx context.Context) error {
	insert := bulk{tx: f.tx, before: `INSERT INTO archives (key, vault_key, archive_id, name, base, mod_time, tool,
		description, size, tree_hash, created, inventory_key, state) VALUES `, row: `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`}
	return insert.run(len(f.fresh), func(from, to int) error {
		var args []any
		for _, a := range f.fresh[from:to] {
			args = append(args, a.key, f.vaultKey, a.ID, raw(a.Name), raw(baseName(a.Name)), instant(a.ModTime), a.Tool,
				raw(a.Description), a.Size, digest(a.TreeHash), instant(a.Created), f.inventory.Key, a.State)
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
	for _, a := range f.filled {
		if err := updateArchive(ctx, f.tx, a.key, a.Archive); err != nil {
			return err
		}
	}
	return nil
}
