package catalog

import (
	"context"
	"database/sql"

	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// SaveEntries compares entries of an inventory with the record and saves the result, in
// one transaction with the new position. It adds to the counts of i, which must have been
// saved before. It saves the rejects by themselves. If it fails, nothing was saved and i is
// unchanged.
//
// An archive that is not on record is added as Confirmed. An archive on record becomes
// Confirmed or Differing, and missing fields are filled in; other fields stay. With these
// exceptions:
//   - An archive that is Missing from a newer whole inventory stays Missing.
//   - An Unproved archive stays so if its entry has no tree hash, which alone proves it.
//   - An archive that is Deleting or Deleted stays so for 48 hours, because inventories have
//     it that long. An entry of a later inventory shows that the archive is there. But if the
//     entry is certainly about another archive, which got the id since, it counts as one that
//     was not on record.
func (c *Catalog) SaveEntries(
	ctx context.Context, i *record.Inventory, entries []record.Archive, rejects []record.Reject, position string,
) error {
	after := *i
	after.Position, after.Updated = position, c.now().UTC().Round(0)
	after.Entries += int64(len(entries) + len(rejects))
	after.Bad += int64(len(rejects))
	err := c.db.Transact(ctx, func(tx *sql.Tx) error {
		if after.Key == 0 {
			return vault.Errorf(vault.ErrInvalid, "the inventory is not on record")
		}
		f := filing{tx: tx, inventory: &after, atMost: c.atMost}
		if err := f.file(ctx, entries); err != nil {
			return err
		}
		for _, r := range rejects {
			if err := saveReject(ctx, tx, after.Key, r); err != nil {
				return err
			}
		}
		return table.SaveInventory(ctx, tx, &after)
	})
	if err != nil {
		return c.db.Fail(ctx, err, "save entries of the inventory of %q", i.Vault)
	}
	*i = after
	return nil
}

// filing is the transaction of one call of SaveEntries.
type filing struct {
	tx        *sql.Tx
	inventory *record.Inventory
	atMost    int64 // archives that it leaves unsorted
	vaultKey  int64
	outdated  bool  // a newer whole inventory was read
	upto      int64 // key of the last archive that is sorted
	last      int64 // key of the last archive
	known     map[vault.ArchiveID]*table.Keyed
	fresh     []table.Keyed
	changed   map[change][]int64
	filled    []table.Keyed // archives with other changes than these two
	marked    []table.Keyed // archives of which only ETag, Dated, Before or Deleted changed
}

// change is the change of most archives: many archives have one of few changes.
type change struct {
	state record.ArchiveState
	seen  bool // this is the newest inventory that lists it
}

// file compares the entries with the record and saves the result.
func (f *filing) file(ctx context.Context, entries []record.Archive) (err error) {
	if f.vaultKey, err = table.VaultKey(ctx, f.tx, f.inventory.Vault); err != nil {
		return err
	}
	if err := f.begin(ctx); err != nil {
		return err
	}
	f.known, f.changed = map[vault.ArchiveID]*table.Keyed{}, map[change][]int64{}
	if err := f.lookUp(ctx, entries); err != nil {
		return err
	}
	key := f.last
	for _, e := range entries {
		if k := f.known[e.ID]; k != nil {
			f.compare(k, e)
			continue
		}
		key++
		e.Vault, e.Seen, e.State = f.inventory.Vault, f.inventory.Date, record.Confirmed
		f.inventory.Added++
		f.fresh = append(f.fresh, table.Keyed{Key: key, Archive: e})
		f.known[e.ID] = &table.Keyed{Key: key, Archive: e}
	}
	if err := f.add(ctx); err != nil {
		return err
	}
	if err := f.update(ctx); err != nil {
		return err
	}
	return f.end(ctx, key)
}

// begin finds the last archive, and enters the archives in the indexes that another
// inventory left unsorted.
func (f *filing) begin(ctx context.Context) error {
	var owner int64
	err := f.tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM inventories
			WHERE vault = $1 AND date > $2 AND state = $3 AND `+listsAll+`), inventory_key FROM sorted`,
		f.inventory.Vault, table.Instant(f.inventory.Date), record.Read).Scan(&f.outdated, &owner)
	if err != nil {
		return err
	}
	if owner != f.inventory.Key {
		if _, err := table.SortIn(ctx, f.tx); err != nil {
			return err
		}
	}
	return f.tx.QueryRowContext(ctx, `SELECT upto, (SELECT coalesce(max(key), 0) FROM archives) FROM sorted`).Scan(&f.upto, &f.last)
}

// end leaves the archives up to key unsorted, unless they are too many.
func (f *filing) end(ctx context.Context, key int64) error {
	if key-f.upto < f.atMost {
		_, err := f.tx.ExecContext(ctx, `UPDATE sorted SET inventory_key = $1`, f.inventory.Key)
		return err
	}
	return table.SortInFor(ctx, f.tx, f.inventory)
}

// unsortedAtMost is how many archives an inventory leaves unsorted: enough that each page of
// the indexes gets several of them when they are entered, and few enough that entering them
// takes seconds and that searching them is fast.
const unsortedAtMost = 1_000_000
