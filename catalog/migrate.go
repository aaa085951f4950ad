package catalog

import (
	"context"
	"database/sql"
	"embed"
	"fmt"

	"github.com/pressly/goose/v3"

	"firn/vault"
)

//go:embed migrations
var migrations embed.FS

// latestVersion is the number of the last migration: a file in migrations/sqlite
// or a function here.
const latestVersion = 5

// migrate brings the schema from version up to latestVersion. Each step is one
// transaction, so a crash leaves the version before or after it.
func (c *Catalog) migrate(ctx context.Context, version int64) error {
	if version == latestVersion {
		return nil
	}
	if !c.gate.alone {
		return fmt.Errorf("catalog %q must be upgraded, and another firn has it open; "+
			"let that one end and try again: %w", c.path, vault.ErrLocked)
	}
	if _, err := c.writer.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID)); err != nil {
		return c.fail(ctx, err, "mark it as a catalog")
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, c.writer, nil, goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(
			goose.NewGoMigration(1, &goose.GoFunc{RunTx: script("00001_journal.sql")}, nil),
			goose.NewGoMigration(2, &goose.GoFunc{RunTx: script("00002_retrieval.sql")}, nil),
			goose.NewGoMigration(3, &goose.GoFunc{RunTx: sortAll}, nil),
			goose.NewGoMigration(4, &goose.GoFunc{RunTx: script("00004_identity.sql")}, nil),
			goose.NewGoMigration(5, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
				return renameVaults(ctx, tx, c.now().UTC().Round(0))
			}}, nil)))
	if err != nil {
		return c.fail(ctx, err, "read its migrations")
	}
	if _, err := provider.Up(ctx); err != nil {
		return c.fail(ctx, err, "upgrade its schema")
	}
	return nil
}

// script is a migration that runs all statements of a file in one call. Goose would
// cut the file into statements with a buffer of 4 MiB for each line, which takes longer
// than the statements do.
func script(name string) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		text, err := migrations.ReadFile("migrations/sqlite/" + name)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, string(text))
		return err
	}
}

// sortAll is migration 3: the base names of the archives that were there before
// migration 2, and their places in the indexes.
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
		found, err := collect(rows, func(r row) (a archive, err error) {
			err = r.Scan(&a.key, (*raw)(&a.name))
			return a, err
		})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			_, err := sortIn(ctx, tx)
			return err
		}
		for _, a := range found {
			if _, err := tx.ExecContext(ctx, `UPDATE archives SET base = $1 WHERE key = $2`, raw(baseName(a.name)), a.key); err != nil {
				return err
			}
			last = a.key
		}
	}
}
