package table

import (
	"context"

	"firn/record"
	"firn/vault"
)

// UploadColumns are the columns of an upload, without its key.
const UploadColumns = `vault, path, source_size, mod_time, change_time, inode, description,
	part_size, upload_id, state, archive_id, tree_hash, started, updated, sent, busy, name, class`

// SaveUpload adds u and sets its key, or replaces the upload of u.Key.
func SaveUpload(ctx context.Context, q querier, u *record.Upload) error {
	values := []any{
		u.Vault, Raw(u.Source.Path), u.Source.Size, Instant(u.Source.ModTime), Instant(u.Source.Change),
		bits(u.Source.Inode), Raw(u.Description), u.PartSize, u.ID, u.State, u.ArchiveID,
		Digest(u.TreeHash), Instant(u.Started), Instant(u.Updated), u.Sent, u.Busy, Raw(u.Name), u.Class,
	}
	query := `INSERT INTO uploads (` + UploadColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		RETURNING key`
	if u.Key != 0 {
		values = append(values, u.Key)
		query = `UPDATE uploads SET (` + UploadColumns + `) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
			WHERE key = $19 RETURNING key`
	}
	return q.QueryRowContext(ctx, query, values...).Scan(&u.Key)
}

// ScanUpload reads a row of key and UploadColumns.
func ScanUpload(r Row) (record.Upload, error) {
	var u record.Upload
	err := r.Scan(&u.Key, &u.Vault, (*Raw)(&u.Source.Path), &u.Source.Size, (*Instant)(&u.Source.ModTime),
		(*Instant)(&u.Source.Change), (*bits)(&u.Source.Inode), (*Raw)(&u.Description), &u.PartSize, &u.ID, &u.State,
		&u.ArchiveID, (*Digest)(&u.TreeHash), (*Instant)(&u.Started), (*Instant)(&u.Updated), &u.Sent, &u.Busy,
		(*Raw)(&u.Name), &u.Class)
	return u, err
}

// SavePart saves a part over the one at the same offset.
func SavePart(ctx context.Context, e execer, uploadKey int64, p vault.Part) error {
	_, err := e.ExecContext(ctx, `
		INSERT INTO parts (upload_key, byte_offset, size, tree_hash, sha256, receipt)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (upload_key, byte_offset) DO UPDATE SET
			size = excluded.size, tree_hash = excluded.tree_hash,
			sha256 = excluded.sha256, receipt = excluded.receipt`,
		uploadKey, p.Offset, p.Size, Digest(p.TreeHash), Digest(p.SHA256), p.Receipt)
	return err
}

// AddPart saves a part unless one is on record at its offset.
func AddPart(ctx context.Context, e execer, uploadKey int64, p vault.Part) error {
	_, err := e.ExecContext(ctx, `
		INSERT INTO parts (upload_key, byte_offset, size, tree_hash, sha256, receipt)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		uploadKey, p.Offset, p.Size, Digest(p.TreeHash), Digest(p.SHA256), p.Receipt)
	return err
}

// PartsQuery is the query for the parts of the upload with the key $1.
const PartsQuery = `SELECT byte_offset, size, tree_hash, sha256, receipt FROM parts
	WHERE upload_key = $1 ORDER BY byte_offset`

// ScanPart reads a row of PartsQuery.
func ScanPart(r Row) (vault.Part, error) {
	var p vault.Part
	err := r.Scan(&p.Offset, &p.Size, (*Digest)(&p.TreeHash), (*Digest)(&p.SHA256), &p.Receipt)
	return p, err
}

// DropParts removes the parts of an upload.
func DropParts(ctx context.Context, e execer, uploadKey int64) error {
	_, err := e.ExecContext(ctx, `DELETE FROM parts WHERE upload_key = $1`, uploadKey)
	return err
}

// WithoutArchive is the condition that an upload u is finished and its archive is not on
// record.
const WithoutArchive = `state = 'completed' AND NOT EXISTS (SELECT 1 FROM all_ids i
	WHERE i.vault_key = (SELECT key FROM vaults WHERE url = u.vault) AND i.archive_id = u.archive_id)`
