package catalog

import (
	"context"
	"database/sql"
	"iter"

	"firn/catalog/internal/table"
	"firn/record"
)

// SaveInventory saves i and sets i.Updated. If i.Key is 0, i is a new inventory, and
// SaveInventory sets its key. Else it replaces the inventory of that key, or returns
// vault.ErrNotFound if there is none. If it fails, i is unchanged.
func (c *Catalog) SaveInventory(ctx context.Context, i *record.Inventory) error {
	saved := *i
	saved.Updated = c.now().UTC().Round(0)
	if err := table.SaveInventory(ctx, c.db.Writer, &saved); err != nil {
		return c.db.Fail(ctx, err, "save the inventory of %q", i.Vault)
	}
	*i = saved
	return nil
}

// FindInventory returns the newest inventory of a vault that was read from a source, in any
// state, or vault.ErrNotFound.
func (c *Catalog) FindInventory(ctx context.Context, vaultURL, source string) (record.Inventory, error) {
	i, err := table.ScanInventory(c.db.Reader.QueryRowContext(ctx, `SELECT key, `+table.InventoryColumns+` FROM inventories
		WHERE vault = $1 AND source = $2 ORDER BY key DESC LIMIT 1`, vaultURL, source))
	if err != nil {
		return record.Inventory{}, c.db.Fail(ctx, err, "find an inventory of %q from %q", vaultURL, source)
	}
	return i, nil
}

// Inventories lists the inventories of a vault, or of all vaults if vaultURL is empty, in
// the order in which they were first saved.
func (c *Catalog) Inventories(ctx context.Context, vaultURL string) iter.Seq2[record.Inventory, error] {
	return table.List(ctx, c.db, "list the inventories", table.ScanInventory,
		`SELECT key, `+table.InventoryColumns+` FROM inventories WHERE `+inVault(vaultURL)+` ORDER BY key`, vaultURL)
}

// Rejects lists the rejected entries of an inventory in their order.
func (c *Catalog) Rejects(ctx context.Context, inventoryKey int64) iter.Seq2[record.Reject, error] {
	return table.List(ctx, c.db, "list the invalid entries of an inventory", scanReject,
		`SELECT i.vault, i.key, r.reason, r.raw FROM rejects r JOIN inventories i ON i.key = r.inventory_key
		WHERE r.inventory_key = $1 ORDER BY r.key`, inventoryKey)
}

func scanReject(r table.Row) (record.Reject, error) {
	var j record.Reject
	err := r.Scan(&j.Vault, &j.Inventory, &j.Reason, (*table.Raw)(&j.Raw))
	return j, err
}

func saveReject(ctx context.Context, tx *sql.Tx, inventoryKey int64, r record.Reject) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO rejects (inventory_key, reason, raw) VALUES ($1, $2, $3)`,
		inventoryKey, r.Reason, table.Raw(r.Raw))
	return err
}
