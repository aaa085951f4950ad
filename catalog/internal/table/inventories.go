package table

import (
	"context"

	"firn/record"
)

// InventoryColumns are the columns of an inventory, without its key.
const InventoryColumns = `vault, source, date, list_since, list_until, list_limit, list_marker, list_csv,
	state, position, entries, bad, added, confirmed, differing, missing, settled, started, updated, returned`

// SaveInventory adds i and sets its key, or replaces the inventory of i.Key.
func SaveInventory(ctx context.Context, q querier, i *record.Inventory) error {
	values := []any{
		i.Vault, i.Source, Instant(i.Date), Instant(i.List.Since), Instant(i.List.Until), i.List.Limit, i.List.Marker, i.List.CSV,
		i.State, i.Position, i.Entries, i.Bad, i.Added, i.Confirmed, i.Differing, i.Missing, i.Settled,
		Instant(i.Started), Instant(i.Updated), i.Returned,
	}
	query := `INSERT INTO inventories (` + InventoryColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) RETURNING key`
	if i.Key != 0 {
		values = append(values, i.Key)
		query = `UPDATE inventories SET (` + InventoryColumns + `) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
			WHERE key = $21 RETURNING key`
	}
	return q.QueryRowContext(ctx, query, values...).Scan(&i.Key)
}

// ScanInventory reads a row of key and InventoryColumns.
func ScanInventory(r Row) (record.Inventory, error) {
	var i record.Inventory
	err := r.Scan(&i.Key, &i.Vault, &i.Source, (*Instant)(&i.Date), (*Instant)(&i.List.Since), (*Instant)(&i.List.Until),
		&i.List.Limit, &i.List.Marker, &i.List.CSV, &i.State, &i.Position, &i.Entries, &i.Bad, &i.Added, &i.Confirmed,
		&i.Differing, &i.Missing, &i.Settled, (*Instant)(&i.Started), (*Instant)(&i.Updated), &i.Returned)
	return i, err
}
