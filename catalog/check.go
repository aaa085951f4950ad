package catalog

import (
	"context"
	"database/sql"
	"fmt"

	"firn/catalog/internal/sqlite"
)

// Check reads everything in the catalog and compares what stands in it twice. It
// needs no memory to speak of, and at ten million archives some minutes.
//
// An error that wraps [ErrDamaged] says what is wrong, and then a catalog that was
// rebuilt is better than this one.
//
// Told is called now and then with what was read so far.
func (c *Catalog) Check(ctx context.Context, told func(Contents)) (Contents, error) {
	var n Contents
	err := c.db.Snapshot(ctx, func(tx *sql.Tx) (err error) {
		n, err = c.check(ctx, tx, told)
		return err
	})
	if err != nil {
		return n, c.db.Fail(ctx, err, "check it")
	}
	return n, nil
}

func (c *Catalog) check(ctx context.Context, tx *sql.Tx, told func(Contents)) (n Contents, err error) {
	const attempt = "prove that it is sound"
	found, err := sqlite.Problems(ctx, tx)
	if err != nil {
		return n, err
	}
	if len(found) > 0 {
		return n, c.db.Damaged(fmt.Errorf("%q", found), attempt)
	}
	for i, err := range contents(ctx, tx) {
		switch {
		case err == nil:
		case ctx.Err() == nil && !sqlite.IsOwn(err): // a row that no firn writes
			return n, c.db.Damaged(err, attempt)
		default:
			return n, err
		}
		n.count(i)
		if n.Items()%toldEach == 0 {
			told(n)
		}
	}
	for _, rule := range rules() {
		broken, err := all(walk(ctx, tx, scanCount, rule.query))
		if err != nil {
			return n, err
		}
		if broken[0] != 0 {
			return n, c.db.Damaged(fmt.Errorf("%d %s", broken[0], rule.broken), attempt)
		}
	}
	return n, nil
}

func scanCount(r row) (n int64, err error) { return n, r.Scan(&n) }

// rule is something that always holds: a query that counts where it does not.
type rule struct{ query, broken string }

// withoutArchive is true of a finished upload u whose archive is not on record.
const withoutArchive = `state = 'completed' AND NOT EXISTS (SELECT 1 FROM all_ids i
	WHERE i.vault_key = (SELECT key FROM vaults WHERE url = u.vault) AND i.archive_id = u.archive_id)`

// rules are what SQLite does not know: above all that the tables which are
// indexes of the archives up to sorted.upto have each of them, and nothing else.
func rules() []rule {
	const sorted = ` key <= (SELECT upto FROM sorted)`
	const missing = `SELECT count(*) FROM archives a WHERE` + sorted + ` AND NOT EXISTS (SELECT 1 FROM `
	const more = ` - (SELECT count(*) FROM archives WHERE` + sorted + `)`
	return []rule{
		{
			missing + `ids i WHERE i.vault_key = a.vault_key AND i.archive_id = a.archive_id AND i.archive_key = a.key)`,
			"archives are not found by their id",
		},
		{
			missing + `creations c WHERE c.vault_key = a.vault_key AND c.created = a.created AND c.archive_key = a.key)`,
			"archives are not found by their creation",
		},
		{
			`SELECT count(*) FROM labels_of o WHERE archive_key <= (SELECT upto FROM sorted) AND NOT EXISTS (
				SELECT 1 FROM labels l WHERE l.vault_key = o.vault_key AND l.slashed = o.slashed AND l.label = o.label
				AND l.archive_key = o.archive_key)`,
			"names of archives are not found",
		},
		{`SELECT (SELECT count(*) FROM ids)` + more, "ids of archives that are not on record"},
		{`SELECT (SELECT count(*) FROM creations)` + more, "creations of archives that are not on record"},
		{
			`SELECT (SELECT count(*) FROM labels) -
				(SELECT count(*) FROM labels_of WHERE archive_key <= (SELECT upto FROM sorted))`,
			"names of archives that are not on record",
		},
		{
			`SELECT count(*) FROM uploads u WHERE ` + withoutArchive,
			"finished uploads whose archive is not on record",
		},
		{sqlite.Orphans, "rows belong to others that are not there"},
	}
}
