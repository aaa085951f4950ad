package table

import (
	"context"
	"database/sql"
	"errors"
)

// VaultKey returns the key of a vault's row, which it adds if there is none.
func VaultKey(ctx context.Context, tx *sql.Tx, vaultURL string) (int64, error) {
	var key int64
	err := tx.QueryRowContext(ctx, `SELECT key FROM vaults WHERE url = $1`, vaultURL).Scan(&key)
	if !errors.Is(err, sql.ErrNoRows) {
		return key, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO vaults (url) VALUES ($1) RETURNING key`, vaultURL).Scan(&key)
	return key, err
}
