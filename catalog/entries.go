package catalog

import (
	"context"
	"database/sql"
	"fmt"

	"firn/record"
	"firn/vault"
)

// SaveEntries files what an inventory lists, in one transaction with the new
// position, and adds to the counts of i, which must have been saved before.
//
// An archive that is not on record is added as Confirmed. One that is becomes
// Confirmed or Differing, and gets what was not known of it; what is known stays.
// What is Missing from a newer whole inventory stays so, and so does what is Unproved
// if no tree hash is listed, which alone would prove it. What is Deleting or Deleted
// stays so for 48 hours, for which inventories go on listing it, and is then there
// all the same; but an entry that is proved to be of another archive, which has
// taken the id since, counts as one that was not on record. The rejects
// are set aside. If it fails, nothing of it was saved and i is as it was.
func (c *Catalog) SaveEntries(
	ctx context.Context, i *record.Inventory, entries []record.Archive, rejects []record.Reject, position string,
) error {
	after := *i
	after.Position, after.Updated = position, c.now().UTC().Round(0)
	after.Entries += int64(len(entries) + len(rejects))
	after.Bad += int64(len(rejects))
	err := c.db.Transact(ctx, func(tx *sql.Tx) error {
		if after.Key == 0 {
			return fmt.Errorf("the inventory was never saved: %w", vault.ErrInvalid)
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
		return saveInventory(ctx, tx, &after)
	})
	if err != nil {
		return c.db.Fail(ctx, err, "save what the inventory of %q lists", i.Vault)
	}
	*i = after
	return nil
}

// filing is the transaction of one SaveEntries.
type filing struct {
	tx        *sql.Tx
	inventory *record.Inventory
	atMost    int64 // archives that it leaves unsorted
	vaultKey  int64
	outdated  bool  // a newer whole inventory was read
	upto      int64 // key of the last archive that is sorted
	last      int64 // key of the last archive
	known     map[vault.ArchiveID]*keyed
	fresh     []keyed
	changed   map[change][]int64
	filled    []keyed // of which more is known now
	marked    []keyed // of which only ETag, Dated, Before and Deleted are others
}

// change is what an entry changes of most archives: few kinds for many keys.
type change struct {
	state record.ArchiveState
	seen  bool // this is the newest inventory that lists it
}

// file does what SaveEntries promises of the entries.
func (f *filing) file(ctx context.Context, entries []record.Archive) (err error) {
	if f.vaultKey, err = vaultKey(ctx, f.tx, f.inventory.Vault); err != nil {
		return err
	}
	if err := f.begin(ctx); err != nil {
		return err
	}
	f.known, f.changed = map[vault.ArchiveID]*keyed{}, map[change][]int64{}
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
		f.fresh = append(f.fresh, keyed{key, e})
		f.known[e.ID] = &keyed{key, e}
	}
	if err := f.add(ctx); err != nil {
		return err
	}
	if err := f.update(ctx); err != nil {
		return err
	}
	return f.end(ctx, key)
}

// begin finds out where the archives end, and sorts in those that another
// inventory left unsorted.
func (f *filing) begin(ctx context.Context) error {
	var owner int64
	err := f.tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM inventories
			WHERE vault = $1 AND date > $2 AND state = $3 AND `+listsAll+`), inventory_key FROM sorted`,
		f.inventory.Vault, instant(f.inventory.Date), record.Read).Scan(&f.outdated, &owner)
	if err != nil {
		return err
	}
	if owner != f.inventory.Key {
		if _, err := sortIn(ctx, f.tx); err != nil {
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
	return sortInFor(ctx, f.tx, f.inventory)
}
