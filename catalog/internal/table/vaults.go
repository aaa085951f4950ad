package table

import (
	"context"
	"database/sql"
)

// VaultKey returns the key of a vault's row, which it adds if there is none.
func VaultKey(ctx context.Context, tx *sql.Tx, vaultURL string) (int64, error) {
	return KeyOf(ctx, tx, `SELECT key FROM vaults WHERE url = $1`, `INSERT INTO vaults (url) VALUES ($1) RETURNING key`, vaultURL)
}
