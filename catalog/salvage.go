package catalog

import (
	"context"
	"database/sql"
	"errors"

	"firn/record"
)

// Salvaged is what Rebuild could read of a damaged catalog.
type Salvaged struct {
	Contents
	// Lost says that more was there: some of it could not be read.
	Lost bool
}

// salvage copies whatever can be read of a damaged file into c. Of each kind it reads the
// rows from the first up to the damage, then from the last down to it.
func (c *Catalog) salvage(ctx context.Context, damaged *sql.DB, told func(Contents)) (s Salvaged, err error) {
	m := merger{c: c, told: told}
	if s.Lost, err = m.salvageAll(ctx, damaged); err != nil {
		return s, c.db.Fail(ctx, err, "save what the damaged one holds")
	}
	s.Contents = m.read
	return s, nil
}

func (m *merger) salvageAll(ctx context.Context, q queryer) (lost bool, err error) {
	columns := olderColumns(ctx, q, m.c.db.Reader)
	for _, shelf := range shelvesWith(lonelyArchives(ctx, q, columns("archives", ownColumns)), columns) {
		isShort, err := m.salvage(ctx, shelf, q)
		if err != nil {
			return false, err
		}
		lost = lost || isShort
	}
	if err := m.finish(ctx); err != nil {
		return false, err
	}
	if err := m.c.addUploaded(ctx, m.read.count); err != nil {
		return false, err
	}
	// A vault is there with what belongs to it, though its own row was lost.
	return lost, m.c.db.Reader.QueryRowContext(ctx, `SELECT count(*) FROM vaults`).Scan(&m.read.Vaults)
}

// salvage takes what can be read of one kind. Err is of the catalog that is
// written; what is wrong with the damaged one is no more than lost.
func (m *merger) salvage(ctx context.Context, s shelf, q queryer) (lost bool, err error) {
	upto := int64(0)
	for _, order := range []string{"", " DESC"} {
		broken := false // at the last row that was reached
		for n, err := range s(ctx, q, order) {
			if ctx.Err() != nil {
				return false, context.Cause(ctx)
			}
			lost = lost || err != nil
			broken = err != nil && !errors.Is(err, errParts)
			if broken {
				continue // behind a row that makes no sense there are others
			}
			if order == "" {
				upto = n.key
			} else if n.key <= upto {
				break // both ways have met
			}
			if err := m.add(ctx, begunAnew(n.item)); err != nil {
				return false, err
			}
		}
		if !broken {
			break
		}
	}
	return lost, nil
}

// begunAnew forgets how far the reading of an inventory was: what it had listed by
// then may be lost.
func begunAnew(i item) item {
	inventory, ok := i.(record.Inventory)
	if !ok || inventory.State != record.Reading {
		return i
	}
	return record.Inventory{
		Vault: inventory.Vault, Source: inventory.Source, Date: inventory.Date, List: inventory.List,
		State: record.Reading, Started: inventory.Started, Updated: inventory.Updated,
	}
}

// lonelyArchives reads archives without a look at the tables of vaults and
// inventories for each: those few rows may be what is damaged, and must not take
// all archives with them.
func lonelyArchives(ctx context.Context, q queryer, ownColumns string) shelf {
	vaults := texts(ctx, q, `SELECT key, url FROM vaults NOT INDEXED`,
		`SELECT key, url FROM vaults INDEXED BY sqlite_autoindex_vaults_1`) // which has both
	dates := texts(ctx, q, `SELECT key, date FROM inventories ORDER BY key`, `SELECT key, date FROM inventories ORDER BY key DESC`)
	return shelfOf(`SELECT a.key, a.vault_key, coalesce(a.inventory_key, 0), `+ownColumns+` FROM archives a ORDER BY a.key`,
		func(r row) (numbered, error) {
			var a keyed
			var vault, inventory int64
			if err := r.Scan(append([]any{&a.key, &vault, &inventory}, a.own()...)...); err != nil {
				return numbered{}, err
			}
			a.Vault = vaults[vault]
			if a.Vault == "" {
				return numbered{}, errNoVault
			}
			_ = (*instant)(&a.Seen).Scan(dates[inventory]) // one that makes no sense is none
			return numbered{a.key, a.Archive}, nil
		})
}

// texts collects what queries tell of keys, as far as they can be read.
func texts(ctx context.Context, q queryer, queries ...string) map[int64]string {
	type entry struct {
		key  int64
		text string
	}
	found := map[int64]string{}
	for _, query := range queries {
		for e, err := range walk(ctx, q, func(r row) (e entry, err error) {
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
