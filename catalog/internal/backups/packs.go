package backups

import (
	"context"
	"database/sql"
	"iter"

	"firn/catalog/internal/table"
	"firn/record"
)

const packColumns = `p.key, p.id, p.vault, p.snapshot_key, p.sequence, p.state, p.archive_id, p.size, p.plain_size,
	p.header, p.tail, p.index_digest, p.last, p.through, p.tree_hash, p.created, p.updated`

// SavePack saves p and sets p.Updated. If p.Key is 0, p is a new pack, and SavePack sets its
// key and Created. Else it replaces the pack of that key, or returns vault.ErrNotFound.
func (b *Backups) SavePack(ctx context.Context, p *record.Pack) error {
	saved := *p
	saved.Updated = b.time()
	err := b.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if saved.Key == 0 {
			saved.Created = saved.Updated
			return tx.QueryRowContext(ctx, `INSERT INTO packs (vault, id, snapshot_key, sequence, state, through, created, updated)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING key`,
				saved.Vault, saved.ID, saved.Snapshot, saved.Sequence, saved.State, table.Raw(saved.Through), table.Instant(saved.Created)).Scan(&saved.Key)
		}
		return tx.QueryRowContext(ctx, `UPDATE packs SET
			(state, archive_id, size, plain_size, header, tail, index_digest, last, through, tree_hash, updated) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WHERE key = $12 RETURNING key`,
			saved.State, saved.Archive, saved.Size, saved.PlainSize, bytesOf(saved.Header), bytesOf(saved.Tail),
			bytesOf(saved.IndexDigest), bytesOf(saved.Last), table.Raw(saved.Through), table.Digest(saved.TreeHash),
			table.Instant(saved.Updated), saved.Key).Scan(new(int64))
	})
	if err != nil {
		return b.db.Fail(ctx, err, "save the pack %s", p.ID)
	}
	*p = saved
	return nil
}

// Packs lists the packs of a snapshot in their sequence.
func (b *Backups) Packs(ctx context.Context, snapshot int64) iter.Seq2[record.Pack, error] {
	return table.List(ctx, b.db, "list the packs of a snapshot", scanPack,
		`SELECT `+packColumns+` FROM packs p WHERE p.snapshot_key = $1 ORDER BY p.sequence, p.key`, snapshot)
}

// UnstoredPacks lists the packs in a vault that are not stored and not lost, oldest first.
func (b *Backups) UnstoredPacks(ctx context.Context, vaultURL string) iter.Seq2[record.Pack, error] {
	return table.List(ctx, b.db, "list the packs that are not stored", scanPack,
		`SELECT `+packColumns+` FROM packs p WHERE p.vault = $1 AND p.state <> 'stored' AND p.state <> 'lost' ORDER BY p.key`, vaultURL)
}

// PackByID returns the pack with this id in a vault, or vault.ErrNotFound.
func (b *Backups) PackByID(ctx context.Context, vaultURL, id string) (record.Pack, error) {
	p, err := scanPack(b.db.Reader.QueryRowContext(ctx, `SELECT `+packColumns+` FROM packs p WHERE p.vault = $1 AND p.id = $2`, vaultURL, id))
	if err != nil {
		return record.Pack{}, b.db.Fail(ctx, err, "find the pack %q", id)
	}
	return p, nil
}

// Pack returns the pack of a key, or vault.ErrNotFound.
func (b *Backups) Pack(ctx context.Context, key int64) (record.Pack, error) {
	p, err := scanPack(b.db.Reader.QueryRowContext(ctx, `SELECT `+packColumns+` FROM packs p WHERE p.key = $1`, key))
	if err != nil {
		return record.Pack{}, b.db.Fail(ctx, err, "find the pack %d", key)
	}
	return p, nil
}

func scanPack(r table.Row) (p record.Pack, err error) {
	err = r.Scan(&p.Key, &p.ID, &p.Vault, &p.Snapshot, &p.Sequence, &p.State, &p.Archive, &p.Size, &p.PlainSize,
		&p.Header, &p.Tail, &p.IndexDigest, &p.Last, (*table.Raw)(&p.Through), (*table.Digest)(&p.TreeHash),
		(*table.Instant)(&p.Created), (*table.Instant)(&p.Updated))
	return p, err
}

// bytesOf returns bytes that are not NULL in the catalog.
func bytesOf(b []byte) []byte { return append([]byte{}, b...) }
