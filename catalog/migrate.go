package catalog

import (
	"context"
	"database/sql"
	"embed"
	"time"

	"firn/catalog/internal/merge"
	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
)

//go:embed migrations
var scripts embed.FS

// migrations are the steps of the schema: a file in migrations/sqlite or a function here.
// Steps that were once released never change.
func migrations(now func() time.Time) []sqlite.Step {
	return []sqlite.Step{
		script("00001_journal.sql"),
		script("00002_retrieval.sql"),
		sortAll,
		script("00004_identity.sql"),
		func(ctx context.Context, tx *sql.Tx) error { return merge.RenameVaults(ctx, tx, now().UTC().Round(0)) },
		script("00006_rates.sql"),
		script("00007_backups.sql"),
		script("00008_packs.sql"),
		script("00009_pack_hashes.sql"),
	}
}

// script is a migration that runs all statements of a file in one call. Goose would read
// the file line by line with a buffer of 4 MiB for each, which takes longer than the
// statements do.
func script(name string) sqlite.Step {
	return func(ctx context.Context, tx *sql.Tx) error {
		text, err := scripts.ReadFile("migrations/sqlite/" + name)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, string(text))
		return err
	}
}

// sortAll is migration 3: it adds the base names of the archives that were there before
// migration 2, and enters those archives in the indexes.
func sortAll(ctx context.Context, tx *sql.Tx) error {
	const batch = 1000
	type archive struct {
		key  int64
		name string
	}
	for last := int64(0); ; {
		rows, err := tx.QueryContext(ctx, `SELECT key, name FROM archives WHERE key > $1 ORDER BY key LIMIT $2`, last, batch)
		if err != nil {
			return err
		}
		found, err := table.Collect(rows, func(r table.Row) (a archive, err error) {
			err = r.Scan(&a.key, (*table.Raw)(&a.name))
			return a, err
		})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			_, err := table.SortIn(ctx, tx)
			return err
		}
		for _, a := range found {
			if _, err := tx.ExecContext(ctx, `UPDATE archives SET base = $1 WHERE key = $2`, table.Raw(table.BaseName(a.name)), a.key); err != nil {
				return err
			}
			last = a.key
		}
	}
}
