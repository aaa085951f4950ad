package catalog

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"firn/vault"
)

//go:embed migrations
var migrations embed.FS

// latestVersion is the number of the last file in migrations/sqlite.
const latestVersion = 1

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
	steps, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return c.fail(ctx, err, "find its migrations")
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, c.writer, steps, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return c.fail(ctx, err, "read its migrations")
	}
	if _, err := provider.Up(ctx); err != nil {
		return c.fail(ctx, err, "upgrade its schema")
	}
	return nil
}
