package catalog

import (
	"context"
	"database/sql"
	"errors"
)

// vaultKey returns the key of a vault's row, which it makes if there is none.
func vaultKey(ctx context.Context, tx *sql.Tx, vaultURL string) (int64, error) {
	var key int64
	err := tx.QueryRowContext(ctx, `SELECT key FROM vaults WHERE url = $1`, vaultURL).Scan(&key)
	if !errors.Is(err, sql.ErrNoRows) {
		return key, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO vaults (url) VALUES ($1) RETURNING key`, vaultURL).Scan(&key)
	return key, err
}

// transact runs do in one transaction: all of it is saved, or nothing.
func (c *Catalog) transact(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := c.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after the commit
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}
