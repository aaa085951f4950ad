package catalog

import (
	"context"
	"database/sql"
	"iter"

	"firn/vault"
)

// SavePart writes down that the vault holds the part, in place of what was known
// at its offset. vault.ErrNotFound means that there is no upload of this key.
func (c *Catalog) SavePart(ctx context.Context, uploadKey int64, p vault.Part) error {
	if err := savePart(ctx, c.db.Writer, uploadKey, p); err != nil {
		return c.db.Fail(ctx, err, "save the part at byte %d of upload %d", p.Offset, uploadKey)
	}
	return nil
}

func savePart(ctx context.Context, e execer, uploadKey int64, p vault.Part) error {
	_, err := e.ExecContext(ctx, `
		INSERT INTO parts (upload_key, byte_offset, size, tree_hash, sha256, receipt)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (upload_key, byte_offset) DO UPDATE SET
			size = excluded.size, tree_hash = excluded.tree_hash,
			sha256 = excluded.sha256, receipt = excluded.receipt`,
		uploadKey, p.Offset, p.Size, digest(p.TreeHash), digest(p.SHA256), p.Receipt)
	return err
}

// addPart is savePart for a part of another record: what is known at its offset stays.
func addPart(ctx context.Context, e execer, uploadKey int64, p vault.Part) error {
	_, err := e.ExecContext(ctx, `
		INSERT INTO parts (upload_key, byte_offset, size, tree_hash, sha256, receipt)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		uploadKey, p.Offset, p.Size, digest(p.TreeHash), digest(p.SHA256), p.Receipt)
	return err
}

const partsQuery = `SELECT byte_offset, size, tree_hash, sha256, receipt FROM parts
	WHERE upload_key = $1 ORDER BY byte_offset`

// Parts lists the parts saved for an upload, by offset.
func (c *Catalog) Parts(ctx context.Context, uploadKey int64) iter.Seq2[vault.Part, error] {
	return list(ctx, c, "list the parts of an upload", scanPart, partsQuery, uploadKey)
}

func scanPart(r row) (vault.Part, error) {
	var p vault.Part
	err := r.Scan(&p.Offset, &p.Size, (*digest)(&p.TreeHash), (*digest)(&p.SHA256), &p.Receipt)
	return p, err
}

// DropParts forgets the parts of an upload that is given up.
func (c *Catalog) DropParts(ctx context.Context, uploadKey int64) error {
	if err := dropParts(ctx, c.db.Writer, uploadKey); err != nil {
		return c.db.Fail(ctx, err, "forget the parts of upload %d", uploadKey)
	}
	return nil
}

// execer is a pool or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func dropParts(ctx context.Context, e execer, uploadKey int64) error {
	_, err := e.ExecContext(ctx, `DELETE FROM parts WHERE upload_key = $1`, uploadKey)
	return err
}
