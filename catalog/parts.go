package catalog

import (
	"context"
	"database/sql"
	"iter"

	"firn/catalog/internal/table"
	"firn/vault"
)

// SavePart saves that the vault has the part. It replaces the part at the same offset.
// vault.ErrNotFound means that there is no upload of this key.
func (c *Catalog) SavePart(ctx context.Context, uploadKey int64, p vault.Part) error {
	err := c.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return table.SavePart(ctx, tx, uploadKey, p)
	})
	if err != nil {
		return c.db.Fail(ctx, err, "save the part at byte %d of upload %d", p.Offset, uploadKey)
	}
	return nil
}

// Parts lists the parts saved for an upload, by offset.
func (c *Catalog) Parts(ctx context.Context, uploadKey int64) iter.Seq2[vault.Part, error] {
	return table.List(ctx, c.db, "list the parts of an upload", table.ScanPart, table.PartsQuery, uploadKey)
}

// DropParts removes the parts of an upload that is given up.
func (c *Catalog) DropParts(ctx context.Context, uploadKey int64) error {
	if err := table.DropParts(ctx, c.db.Writer, uploadKey); err != nil {
		return c.db.Fail(ctx, err, "remove the parts of upload %d", uploadKey)
	}
	return nil
}
