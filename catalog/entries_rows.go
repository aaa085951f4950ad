package catalog

import (
	"context"

	"firn/catalog/internal/table"
	"firn/record"
)

// lookUp finds the archives of the entries that are on record.
func (f *filing) lookUp(ctx context.Context, entries []record.Archive) error {
	return table.LookUp(ctx, f.tx, f.vaultKey, entries, f.known)
}

// add inserts the archives that were not on record, and leaves them unsorted.
func (f *filing) add(ctx context.Context) error {
	return table.InsertArchives(ctx, f.tx, f.vaultKey, f.fresh, func(record.Archive) any { return f.inventory.Key })
}

// update saves what the entries changed of archives on record.
func (f *filing) update(ctx context.Context) error {
	for change, keys := range f.changed {
		set := `UPDATE archives SET state = ? WHERE key IN (`
		args := []any{change.state}
		if change.seen {
			set = `UPDATE archives SET state = ?, inventory_key = ? WHERE key IN (`
			args = append(args, f.inventory.Key)
		}
		update := table.Bulk{Tx: f.tx, Before: set, Row: `?`, After: `)`}
		if err := update.Run(len(keys), func(from, to int) error {
			all := args[:len(args):len(args)]
			for _, key := range keys[from:to] {
				all = append(all, key)
			}
			return update.Exec(ctx, to-from, all)
		}); err != nil {
			return err
		}
	}
	for _, a := range f.marked {
		if _, err := f.tx.ExecContext(ctx, `UPDATE archives SET etag = $1, dated = $2, state_before = $3, deleted = $4 WHERE key = $5`,
			a.ETag, table.Instant(a.Dated), a.Before, table.Instant(a.Deleted), a.Key); err != nil {
			return err
		}
	}
	for _, a := range f.filled {
		if err := table.UpdateArchive(ctx, f.tx, a.Key, a.Archive); err != nil {
			return err
		}
	}
	return nil
}
