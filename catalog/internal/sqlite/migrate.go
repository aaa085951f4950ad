package sqlite

import (
	"context"
	"fmt"

	"github.com/pressly/goose/v3"

	"firn/vault"
)

// migrate brings the schema from version up to the latest one. Each step is one
// transaction, so a crash leaves the version before it or after it.
func (d *DB) migrate(ctx context.Context, version int64) error {
	if version == d.options.latest() {
		return nil
	}
	if !d.access.alone {
		return vault.Errorf(vault.ErrLocked, "catalog %q must be upgraded, and another firn has it open; "+
			"wait until it has ended, and try again", d.Path)
	}
	if _, err := d.Writer.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID)); err != nil {
		return d.Fail(ctx, err, "mark it as a catalog")
	}
	var steps []*goose.Migration
	for n, step := range d.options.Steps {
		steps = append(steps, goose.NewGoMigration(int64(n+1), &goose.GoFunc{RunTx: step}, nil))
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, d.Writer, nil, goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(steps...))
	if err != nil {
		return d.Fail(ctx, err, "read its migrations")
	}
	if _, err := provider.Up(ctx); err != nil {
		return d.Fail(ctx, err, "upgrade its schema")
	}
	return nil
}
