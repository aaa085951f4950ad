package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"firn/record"
	"firn/vault"
)

// SaveEntries files what an inventory lists, in one transaction with the new
// position, and adds to the counts of i, which must have been saved before.
//
// An archive that is not on record is added as Confirmed. One that is becomes
// Confirmed or Differing, and gets what was not known of it; what is known stays.
// What is Deleting or Deleted stays so, since an inventory goes on listing it for
// a day, and so does what is Missing from a newer whole inventory. The rejects
// are set aside. If it fails, nothing of it was saved and i is as it was.
func (c *Catalog) SaveEntries(
	ctx context.Context, i *record.Inventory, entries []record.Archive, rejects []record.Reject, position string,
) error {
	after := *i
	after.Position, after.Updated = position, c.now().UTC().Round(0)
	after.Entries += int64(len(entries) + len(rejects))
	after.Bad += int64(len(rejects))
	err := c.transact(ctx, func(tx *sql.Tx) error {
		if after.Key == 0 {
			return fmt.Errorf("the inventory was never saved: %w", vault.ErrInvalid)
		}
		f := filing{tx: tx, inventory: &after}
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
		return c.fail(ctx, err, "save what the inventory of %q lists", i.Vault)
	}
	*i = after
	return nil
}

// filing is the transaction of one SaveEntries.
type filing struct {
	tx        *sql.Tx
	inventory *record.Inventory
	vaultKey  int64
	outdated  bool  // a newer whole inventory was read
	upto      int64 // key of the last archive that is sorted
	last      int64 // key of the last archive
	known     map[vault.ArchiveID]*keyed
	fresh     []keyed
	changed   map[change][]int64
	filled    []keyed // of which more is known now
}

// change is what an entry changes of most archives: few kinds for many keys.
type change struct {
	state record.ArchiveState
	seen  bool // this is the newest inventory that lists it
}

// perStatement is how many rows one statement takes: enough that its own cost
// does not count, few enough that all its parameters stay below SQLite's 32,766.
const perStatement = 500

// file does what SaveEntries promises of the entries.
func (f *filing) file(ctx context.Context, entries []record.Archive) (err error) {
	if f.vaultKey, err = vaultKey(ctx, f.tx, f.inventory.Vault); err != nil {
		return err
	}
	if err := f.begin(ctx); err != nil {
		return err
	}
	f.known, f.changed = map[vault.ArchiveID]*keyed{}, map[change][]int64{}
	for chunk := range slices.Chunk(entries, perStatement) {
		if err := f.lookUp(ctx, chunk); err != nil {
			return err
		}
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
	for chunk := range slices.Chunk(f.fresh, perStatement) {
		if err := f.add(ctx, chunk); err != nil {
			return err
		}
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
	if key-f.upto < unsortedAtMost {
		_, err := f.tx.ExecContext(ctx, `UPDATE sorted SET inventory_key = $1`, f.inventory.Key)
		return err
	}
	return sortInFor(ctx, f.tx, f.inventory)
}

// lookUp notes what is on record of the archives of some entries.
func (f *filing) lookUp(ctx context.Context, entries []record.Archive) error {
	args := []any{f.vaultKey}
	for _, e := range entries {
		args = append(args, e.ID)
	}
	rows, err := f.tx.QueryContext(ctx, `SELECT `+archiveColumns+` FROM ids CROSS JOIN archives a ON a.key = ids.archive_key
		WHERE ids.vault_key = ? AND ids.archive_id IN (?`+strings.Repeat(`, ?`, len(entries)-1)+`)`, args...)
	if err != nil {
		return err
	}
	found, err := collect(rows, scanKeyed)
	for _, a := range found {
		f.known[a.ID] = &a
	}
	return err
}

// compare counts an entry whose archive is on record, and notes what it changes.
func (f *filing) compare(k *keyed, e record.Archive) {
	was, is := k.Archive, k.Archive
	known := was.Size >= 0 && !was.TreeHash.IsZero()
	state := record.Confirmed
	if known && (was.Size != e.Size || was.TreeHash != e.TreeHash) {
		state = record.Differing
		f.inventory.Differing++
	} else {
		f.inventory.Confirmed++
	}
	if k.key > f.last {
		return // the list names it twice, and was believed the first time
	}
	switch {
	case was.State == record.Deleting, was.State == record.Deleted:
	case was.State == record.Missing && f.outdated:
	default:
		is.State = state
	}
	if !known {
		is.Size, is.TreeHash = e.Size, e.TreeHash
	}
	if is.Name == "" {
		is.Name, is.Tool = e.Name, e.Tool
	}
	if is.Description == "" {
		is.Description = e.Description
	}
	if is.ModTime.IsZero() {
		is.ModTime = e.ModTime
	}
	if is.Created.IsZero() {
		is.Created = e.Created
	}
	if is != was {
		was.State, is.Seen = is.State, was.Seen
		if is != was {
			f.filled = append(f.filled, keyed{k.key, is})
		}
	}
	newer := !f.inventory.Date.Before(was.Seen)
	if newer {
		is.Seen = f.inventory.Date
	}
	f.changed[change{is.State, newer}] = append(f.changed[change{is.State, newer}], k.key)
	k.Archive = is
}

// add inserts archives that were not on record, and leaves them unsorted.
func (f *filing) add(ctx context.Context, archives []keyed) error {
	const row = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	args := make([]any, 0, strings.Count(row, "?")*len(archives))
	for _, a := range archives {
		args = append(args, a.key, f.vaultKey, a.ID, raw(a.Name), raw(baseName(a.Name)), instant(a.ModTime), a.Tool,
			raw(a.Description), a.Size, digest(a.TreeHash), instant(a.Created), f.inventory.Key, a.State)
	}
	_, err := f.tx.ExecContext(ctx, `INSERT INTO archives (key, vault_key, archive_id, name, base, mod_time, tool,
		description, size, tree_hash, created, inventory_key, state)
		VALUES `+row+strings.Repeat(`, `+row, len(archives)-1), args...)
	return err
}

// update writes down what the entries changed of archives on record.
func (f *filing) update(ctx context.Context) error {
	for change, keys := range f.changed {
		set := `state = ?`
		args := []any{change.state}
		if change.seen {
			set += `, inventory_key = ?`
			args = append(args, f.inventory.Key)
		}
		for chunk := range slices.Chunk(keys, perStatement) {
			all := args[:len(args):len(args)]
			for _, k := range chunk {
				all = append(all, k)
			}
			if _, err := f.tx.ExecContext(ctx, `UPDATE archives SET `+set+`
				WHERE key IN (?`+strings.Repeat(`, ?`, len(chunk)-1)+`)`, all...); err != nil {
				return err
			}
		}
	}
	for _, a := range f.filled {
		if err := updateArchive(ctx, f.tx, a.key, a.Archive); err != nil {
			return err
		}
	}
	return nil
}
