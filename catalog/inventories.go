package catalog

import (
	"context"
	"database/sql"
	"iter"

	"firn/record"
)

const inventoryColumns = `vault, source, date, list_since, list_until, list_limit, list_marker, list_csv,
	state, position, entries, bad, added, confirmed, differing, missing, settled, started, updated, returned`

// SaveInventory writes i down: as a new inventory, whose key it sets, if i.Key is
// 0, else over the inventory of that key, or vault.ErrNotFound. It sets
// i.Updated. If it fails, i is as it was.
func (c *Catalog) SaveInventory(ctx context.Context, i *record.Inventory) error {
	saved := *i
	saved.Updated = c.now().UTC().Round(0)
	if err := saveInventory(ctx, c.db.Writer, &saved); err != nil {
		return c.db.Fail(ctx, err, "save the inventory of %q", i.Vault)
	}
	*i = saved
	return nil
}

func saveInventory(ctx context.Context, q querier, i *record.Inventory) error {
	values := []any{
		i.Vault, i.Source, instant(i.Date), instant(i.List.Since), instant(i.List.Until), i.List.Limit, i.List.Marker, i.List.CSV,
		i.State, i.Position, i.Entries, i.Bad, i.Added, i.Confirmed, i.Differing, i.Missing, i.Settled,
		instant(i.Started), instant(i.Updated), i.Returned,
	}
	query := `INSERT INTO inventories (` + inventoryColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) RETURNING key`
	if i.Key != 0 {
		values = append(values, i.Key)
		query = `UPDATE inventories SET (` + inventoryColumns + `) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
			WHERE key = $21 RETURNING key`
	}
	return q.QueryRowContext(ctx, query, values...).Scan(&i.Key)
}

// FindInventory returns the newest inventory of a vault that was read from a
// source, whatever its state, or vault.ErrNotFound.
func (c *Catalog) FindInventory(ctx context.Context, vaultURL, source string) (record.Inventory, error) {
	i, err := scanInventory(c.db.Reader.QueryRowContext(ctx, `SELECT key, `+inventoryColumns+` FROM inventories
		WHERE vault = $1 AND source = $2 ORDER BY key DESC LIMIT 1`, vaultURL, source))
	if err != nil {
		return record.Inventory{}, c.db.Fail(ctx, err, "find an inventory of %q from %q", vaultURL, source)
	}
	return i, nil
}

// Inventories lists the inventories of a vault, in the order in which they were
// saved first. Of all vaults if vaultURL is empty.
func (c *Catalog) Inventories(ctx context.Context, vaultURL string) iter.Seq2[record.Inventory, error] {
	return list(ctx, c, "list the inventories", scanInventory,
		`SELECT key, `+inventoryColumns+` FROM inventories WHERE `+inVault(vaultURL)+` ORDER BY key`, vaultURL)
}

func scanInventory(r row) (record.Inventory, error) {
	var i record.Inventory
	err := r.Scan(&i.Key, &i.Vault, &i.Source, (*instant)(&i.Date), (*instant)(&i.List.Since), (*instant)(&i.List.Until),
		&i.List.Limit, &i.List.Marker, &i.List.CSV, &i.State, &i.Position, &i.Entries, &i.Bad, &i.Added, &i.Confirmed,
		&i.Differing, &i.Missing, &i.Settled, (*instant)(&i.Started), (*instant)(&i.Updated), &i.Returned)
	return i, err
}

// Rejects lists the entries of an inventory that were set aside, in their order.
func (c *Catalog) Rejects(ctx context.Context, inventoryKey int64) iter.Seq2[record.Reject, error] {
	return list(ctx, c, "list what an inventory lists and makes no sense", scanReject,
		`SELECT i.vault, i.key, r.reason, r.raw FROM rejects r JOIN inventories i ON i.key = r.inventory_key
		WHERE r.inventory_key = $1 ORDER BY r.key`, inventoryKey)
}

func scanReject(r row) (record.Reject, error) {
	var j record.Reject
	err := r.Scan(&j.Vault, &j.Inventory, &j.Reason, (*raw)(&j.Raw))
	return j, err
}

func saveReject(ctx context.Context, tx *sql.Tx, inventoryKey int64, r record.Reject) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO rejects (inventory_key, reason, raw) VALUES ($1, $2, $3)`,
		inventoryKey, r.Reason, raw(r.Raw))
	return err
}
