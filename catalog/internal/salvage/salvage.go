// Package salvage copies into a new catalog whatever can be read of a damaged SQLite file.
package salvage

import (
	"context"
	"database/sql"
	"errors"

	"firn/catalog/internal/contents"
	"firn/catalog/internal/merge"
	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
)

// All copies whatever can be read of a damaged file into another one by m. It reads the
// rows of each kind from the first up to the damage, then from the last down to it. Lost
// says that some of them could not be read.
func All(ctx context.Context, damaged *sql.DB, to *sqlite.DB, m *merge.Merger) (lost bool, err error) {
	columns := olderColumns(ctx, damaged, to.Reader)
	for _, section := range contents.SectionsWith(lonelyArchives(ctx, damaged, columns("archives", table.OwnColumns)), columns) {
		isShort, err := salvage(ctx, section, damaged, m)
		if err != nil {
			return false, err
		}
		lost = lost || isShort
	}
	if err := m.Finish(ctx); err != nil {
		return false, err
	}
	if err := merge.AddUploaded(ctx, to, m.Read.Count); err != nil {
		return false, err
	}
	// A vault is there with what belongs to it, even if its own row was lost.
	return lost, to.Reader.QueryRowContext(ctx, `SELECT count(*) FROM vaults`).Scan(&m.Read.Vaults)
}

// salvage copies whatever can be read of one section. An error is that of the new file; an
// error of the damaged one only makes lost true.
func salvage(ctx context.Context, s contents.Section, q table.Queryer, m *merge.Merger) (lost bool, err error) {
	upto := int64(0)
	for _, order := range []string{"", " DESC"} {
		broken := false // the last row was not read
		for n, err := range s(ctx, q, order) {
			if ctx.Err() != nil {
				return false, context.Cause(ctx)
			}
			lost = lost || err != nil
			broken = err != nil && !errors.Is(err, contents.ErrParts)
			if broken {
				continue // there are others after a row that cannot be scanned
			}
			if order == "" {
				upto = n.Key
			} else if n.Key <= upto {
				break // the two directions have met
			}
			if err := m.Add(ctx, begunAnew(n.Item)); err != nil {
				return false, err
			}
		}
		if !broken {
			break
		}
	}
	return lost, nil
}

// begunAnew resets the position of an inventory that was being read: the archives that it
// had listed may be lost.
func begunAnew(i contents.Item) contents.Item {
	inventory, ok := i.(record.Inventory)
	if !ok || inventory.State != record.Reading {
		return i
	}
	return record.Inventory{
		Vault: inventory.Vault, Source: inventory.Source, Date: inventory.Date, List: inventory.List,
		State: record.Reading, Started: inventory.Started, Updated: inventory.Updated,
	}
}

// lonelyArchives reads the archives without a join to the vaults and the inventories: if
// one of those few rows is damaged, the archives must still be read.
func lonelyArchives(ctx context.Context, q table.Queryer, ownColumns string) contents.Section {
	vaults := texts(ctx, q, `SELECT key, url FROM vaults NOT INDEXED`,
		`SELECT key, url FROM vaults INDEXED BY sqlite_autoindex_vaults_1`) // this index has both columns
	dates := texts(ctx, q, `SELECT key, date FROM inventories ORDER BY key`, `SELECT key, date FROM inventories ORDER BY key DESC`)
	return contents.SectionOf(`SELECT a.key, a.vault_key, coalesce(a.inventory_key, 0), `+ownColumns+` FROM archives a ORDER BY a.key`,
		func(r table.Row) (contents.Numbered, error) {
			var a table.Keyed
			var vault, inventory int64
			if err := r.Scan(append([]any{&a.Key, &vault, &inventory}, a.Own()...)...); err != nil {
				return contents.Numbered{}, err
			}
			a.Vault = vaults[vault]
			if a.Vault == "" {
				return contents.Numbered{}, errors.New("it names no vault")
			}
			_ = (*table.Instant)(&a.Seen).Scan(dates[inventory]) // an invalid one is left out
			return contents.Numbered{Key: a.Key, Item: a.Archive}, nil
		})
}

// texts collects the texts by key that queries return, as far as they can be read.
func texts(ctx context.Context, q table.Queryer, queries ...string) map[int64]string {
	type entry struct {
		key  int64
		text string
	}
	found := map[int64]string{}
	for _, query := range queries {
		for e, err := range table.Walk(ctx, q, func(r table.Row) (e entry, err error) {
			err = r.Scan(&e.key, &e.text)
			return e, err
		}, query) {
			if err == nil {
				found[e.key] = e.text
			}
		}
	}
	return found
}
