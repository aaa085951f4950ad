package catalog

import (
	"context"
	"database/sql"
	"fmt"

	"firn/catalog/internal/contents"
	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
)

// Check reads everything in the catalog and compares whatever is in it twice. It needs
// little memory, and for ten million archives some minutes.
//
// An error that wraps [ErrDamaged] says what is wrong; Rebuild can then make a better
// catalog.
//
// Progress is called now and then with what was read so far.
func (c *Catalog) Check(ctx context.Context, progress func(Contents)) (Contents, error) {
	var n Contents
	err := c.db.Snapshot(ctx, func(tx *sql.Tx) (err error) {
		n, err = c.check(ctx, tx, progress)
		return err
	})
	if err != nil {
		return n, c.db.Fail(ctx, err, "check it")
	}
	return n, nil
}

func (c *Catalog) check(ctx context.Context, tx *sql.Tx, progress func(Contents)) (n Contents, err error) {
	const attempt = "check its integrity"
	found, err := sqlite.Problems(ctx, tx)
	if err != nil {
		return n, err
	}
	if len(found) > 0 {
		return n, c.db.Damaged(fmt.Errorf("%q", found), attempt)
	}
	for i, err := range contents.All(ctx, tx) {
		switch {
		case err == nil:
		case ctx.Err() == nil && !sqlite.IsOwn(err): // a row that no firn writes
			return n, c.db.Damaged(err, attempt)
		default:
			return n, err
		}
		n.Count(i)
		if n.Items()%contents.ReportEach == 0 {
			progress(n)
		}
	}
	for _, rule := range rules() {
		broken, err := table.All(table.Walk(ctx, tx, scanCount, rule.query))
		if err != nil {
			return n, err
		}
		if broken[0] != 0 {
			return n, c.db.Damaged(fmt.Errorf("%d %s", broken[0], rule.broken), attempt)
		}
	}
	return n, nil
}

func scanCount(r table.Row) (n int64, err error) { return n, r.Scan(&n) }

// rule is a condition that always holds. Its query counts the exceptions.
type rule struct{ query, broken string }

// rules are the conditions that SQLite does not check. Most of them say that the tables
// which are indexes of archives have each archive up to sorted.upto, and nothing else.
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
			`SELECT count(*) FROM uploads u WHERE ` + table.WithoutArchive,
			"finished uploads whose archive is not on record",
		},
		{sqlite.Orphans, "rows refer to rows that do not exist"},
	}
}
