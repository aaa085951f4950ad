package table

import (
	"context"
	"database/sql"

	"firn/record"
)

// The indexes of archives (ids, creations, labels) are tables that are written in their
// own order, many archives at once: see migration 2. The archives after sorted.upto are
// not in them yet; the views all_ids, all_creations and all_labels have both. Only an
// inventory that is being read leaves archives unsorted, and only those that it added.

// SortIn enters the unsorted archives in the indexes. It drops and counts an archive whose
// id is there already, because a list has it twice.
func SortIn(ctx context.Context, tx *sql.Tx) (dropped int64, err error) {
	var first, last int64
	err = tx.QueryRowContext(ctx, `SELECT upto, (SELECT coalesce(max(key), 0) FROM archives) FROM sorted`).Scan(&first, &last)
	if err != nil || first >= last {
		return 0, err
	}
	indexed, err := tx.ExecContext(ctx, `INSERT INTO ids (vault_key, archive_id, archive_key)
		SELECT vault_key, archive_id, key FROM unsorted WHERE true ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`)
	if err != nil {
		return 0, err
	}
	if n, err := indexed.RowsAffected(); err != nil {
		return 0, err
	} else if n < last-first {
		if dropped, err = dropTwins(ctx, tx); err != nil {
			return 0, err
		}
	}
	for _, query := range []string{
		`INSERT INTO creations (vault_key, created, archive_key)
			SELECT vault_key, created, key FROM unsorted ORDER BY 1, 2, 3`,
		`INSERT INTO labels (vault_key, slashed, label, archive_key)
			SELECT vault_key, slashed, label, archive_key FROM labels_of
			WHERE archive_key > (SELECT upto FROM sorted) ORDER BY 1, 2, 3, 4`,
		`UPDATE sorted SET upto = (SELECT coalesce(max(key), 0) FROM archives), inventory_key = 0`,
	} {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return 0, err
		}
	}
	return dropped, nil
}

// dropTwins removes the unsorted archives whose id belongs to another archive.
func dropTwins(ctx context.Context, tx *sql.Tx) (int64, error) {
	twins, err := tx.ExecContext(ctx, `DELETE FROM archives WHERE key > (SELECT upto FROM sorted) AND NOT EXISTS (
		SELECT 1 FROM ids i WHERE i.vault_key = archives.vault_key AND i.archive_id = archives.archive_id
		AND i.archive_key = archives.key)`)
	if err != nil {
		return 0, err
	}
	return twins.RowsAffected()
}

// SortInFor is SortIn for the inventory that added the archives: an archive that it has
// twice was on record the second time.
func SortInFor(ctx context.Context, tx *sql.Tx, i *record.Inventory) error {
	dropped, err := SortIn(ctx, tx)
	i.Added -= dropped
	i.Confirmed += dropped
	return err
}

// resort runs change, which changes fields of one sorted archive, and updates the indexes.
func resort(ctx context.Context, tx *sql.Tx, key int64, change func() error) error {
	if err := ExecAll(ctx, tx, key,
		`DELETE FROM creations WHERE (vault_key, created, archive_key) IN
			(SELECT vault_key, created, key FROM archives WHERE key = $1)`,
		`DELETE FROM labels WHERE (vault_key, slashed, label, archive_key) IN
			(SELECT vault_key, slashed, label, archive_key FROM labels_of WHERE archive_key = $1)`); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	return ExecAll(ctx, tx, key,
		`INSERT INTO creations (vault_key, created, archive_key)
			SELECT vault_key, created, key FROM archives WHERE key = $1`,
		`INSERT INTO labels (vault_key, slashed, label, archive_key)
			SELECT vault_key, slashed, label, archive_key FROM labels_of WHERE archive_key = $1`)
}

// ExecAll runs queries that take the key of an archive.
func ExecAll(ctx context.Context, tx *sql.Tx, key int64, queries ...string) error {
	for _, q := range queries {
		if _, err := tx.ExecContext(ctx, q, key); err != nil {
			return err
		}
	}
	return nil
}
