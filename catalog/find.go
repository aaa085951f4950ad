package catalog

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"time"

	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
)

// Order is an order of the archives of a vault. The zero value is ByCreation.
type Order string

// The orders. Archives that are equal in one are in the order of their creation.
const (
	ByCreation Order = "created"
	// ByName compares the bytes of the name's last element, or else of the description, or
	// else of the id. In a bucket it compares the ids, which begin with the keys.
	ByName  Order = "name"
	BySize  Order = "size"
	ByState Order = "state"
)

// Orders returns all orders.
func Orders() []Order { return []Order{ByName, BySize, ByCreation, ByState} }

// by returns the ORDER BY of an order, for archives a of one vault.
func (o Order) by(reverse bool) string {
	column := ""
	switch o {
	case ByName:
		column = `CASE WHEN (SELECT url FROM vaults v WHERE v.key = a.vault_key) LIKE 's3://%' THEN CAST(a.archive_id AS BLOB)
			WHEN a.base NOT IN (x'', CAST('` + record.Stream + `' AS BLOB)) THEN a.base
			WHEN a.description <> x'' THEN a.description ELSE CAST(a.archive_id AS BLOB) END`
	case BySize:
		column = `a.size`
	case ByState:
		column = `a.state`
	}
	direction := ``
	if reverse {
		direction = ` DESC`
	}
	if column != "" {
		column += direction + `, `
	}
	return ` ORDER BY ` + column + `a.created` + direction + `, a.key` + direction
}

// Filter chooses archives, and their order within each vault. The zero Filter chooses all that
// are not deleted.
type Filter struct {
	Vault string              // canonical URL; empty: all vaults
	Glob  string              // a name or pattern as FindArchive takes it, or empty
	All   bool                // the deleted ones too
	State record.ArchiveState // only those in this state, if not empty
	Since time.Time           // only those created at this time or later, if not zero
	Until time.Time           // only those created before this time, if not zero

	Order   Order
	Reverse bool // the last archive of the order first
}

// query is the text of a query and its arguments.
type query struct {
	text string
	args []any
}

// arg adds an argument and returns its placeholder.
func (q *query) arg(value any) string {
	q.args = append(q.args, value)
	return "$" + strconv.Itoa(len(q.args))
}

// conditions returns the conditions of f on the archive a. Created is the column of its
// creation.
func (f Filter) conditions(q *query, created string) (text string) {
	switch {
	case f.State != "":
		text += ` AND a.state = ` + q.arg(f.State)
	case !f.All:
		text += ` AND a.state <> ` + q.arg(record.Deleted)
	}
	if !f.Since.IsZero() {
		text += ` AND ` + created + ` >= ` + q.arg(table.Instant(f.Since))
	}
	if !f.Until.IsZero() {
		text += ` AND ` + created + ` < ` + q.arg(table.Instant(f.Until))
	}
	return text
}

// Archives lists the archives that f chooses, by vault and in the order of f.
func (c *Catalog) Archives(ctx context.Context, f Filter) iter.Seq2[record.Archive, error] {
	const attempt = "list the archives"
	return func(yield func(record.Archive, error) bool) {
		vaults, err := c.vaults(ctx, f.Vault)
		if err != nil {
			yield(record.Archive{}, c.db.Fail(ctx, err, attempt))
			return
		}
		for _, key := range vaults {
			for a, err := range c.archivesOf(ctx, attempt, key, f) {
				if !yield(a, err) || err != nil {
					return
				}
			}
		}
	}
}

// archivesOf lists the archives of one vault that f chooses, in the order of f.
func (c *Catalog) archivesOf(ctx context.Context, attempt string, vaultKey int64, f Filter) iter.Seq2[record.Archive, error] {
	if f.Glob != "" || f.Order != "" && f.Order != ByCreation {
		q := f.sorted(vaultKey)
		return func(yield func(record.Archive, error) bool) {
			for a, err := range table.List(ctx, c.db, attempt, table.ScanArchive, q.text, q.args...) {
				if (err != nil || f.Glob == "" || called(a, f.Glob)) && !yield(a, err) {
					return
				}
			}
		}
	}
	q := f.created(vaultKey)
	return table.List(ctx, c.db, attempt, func(r table.Row) (record.Archive, error) {
		var a table.Keyed
		err := r.Scan(append([]any{new(string), new(int64)}, a.Fields()...)...)
		return a.Archive, err
	}, q.text, q.args...)
}

// foundArchives begins a query for archives by their keys.
const foundArchives = `SELECT ` + table.ArchiveColumns + ` FROM archives a WHERE a.key IN (`

// sorted is the query for the archives that f chooses, or that may match f.Glob. SQLite sorts
// them.
func (f Filter) sorted(vaultKey int64) query {
	q := query{args: []any{vaultKey}}
	if f.Glob == "" {
		q.text = `SELECT ` + table.ArchiveColumns + ` FROM archives a WHERE a.vault_key = $1`
	} else {
		q.text = foundArchives + labelQuery(&q, f.Glob) + `)`
	}
	q.text += f.conditions(&q, `a.created`) + f.Order.by(f.Reverse)
	return q
}

// created is the query for the archives that f chooses by creation, without a glob. The result
// has the columns of the order: else SQLite would sort the rows again that both halves of the
// view return in order.
func (f Filter) created(vaultKey int64) query {
	q := query{args: []any{vaultKey}}
	direction := ``
	if f.Reverse {
		direction = ` DESC`
	}
	q.text = `SELECT o.created, o.archive_key, ` + table.ArchiveColumns + `
		FROM all_creations o` + sqlite.JoinInOrder + `archives a ON a.key = o.archive_key
		WHERE o.vault_key = $1` + f.conditions(&q, `o.created`) +
		` ORDER BY o.created` + direction + `, o.archive_key` + direction
	return q
}

// FindArchive returns the archives of a vault that a user may mean by ref. If ref is the id
// of an archive, it returns that one, even if it is deleted. Else it returns every archive
// that is not deleted and whose id begins with ref, which then has 4 characters or more, or
// whose name, base name or description is ref or matches it as a pattern, oldest first. It
// ignores a description that a tool wrote for itself.
//
// In a pattern * stands for any text without a slash, ** for any text, ? for one character,
// [a-z] for one character of a class and {a,b} for either text. A ref that is not a valid
// pattern stands for itself only.
func (c *Catalog) FindArchive(ctx context.Context, vaultURL, ref string) ([]record.Archive, error) {
	found, err := c.findArchive(ctx, vaultURL, ref)
	if err != nil {
		return nil, c.db.Fail(ctx, err, "find archives by id or name")
	}
	return found, nil
}

func (c *Catalog) findArchive(ctx context.Context, vaultURL, ref string) ([]record.Archive, error) {
	vaults, err := c.vaults(ctx, vaultURL)
	if err != nil || len(vaults) == 0 || ref == "" {
		return nil, err
	}
	found, err := c.choose(ctx, withID(vaults[0], ref), func(record.Archive) bool { return true })
	if err != nil || len(found) > 0 {
		return found, err
	}
	return c.choose(ctx, mayMean(vaults[0], ref), func(a record.Archive) bool {
		return called(a, ref) || strings.HasPrefix(string(a.ID), ref)
	})
}

// withID is the query for the archive of this id.
func withID(vaultKey int64, id string) query {
	q := query{args: []any{vaultKey}}
	q.text = foundArchives + `SELECT archive_key FROM all_ids WHERE vault_key = $1 AND archive_id = ` + q.arg(id) + `)`
	return q
}

// shortestStart is the length of the shortest beginning of an id that may mean an archive. Ids
// of a vault are random, and the name "e" must not become ambiguous by chance.
const shortestStart = 4

// mayMean is the query for the archives that ref may mean if it is not an id: the beginning
// of an id, or a label.
func mayMean(vaultKey int64, ref string) query {
	q := query{args: []any{vaultKey}}
	ids := ""
	if len(ref) >= shortestStart {
		ids = `SELECT archive_key FROM all_ids WHERE vault_key = $1 AND archive_id >= ` + q.arg(ref)
		if end := sqlite.After(ref); end != "" {
			ids += ` AND archive_id < ` + q.arg(end)
		}
		ids += ` UNION ALL `
	}
	q.text = foundArchives + ids + labelQuery(&q, ref) + `)
		AND a.state <> ` + q.arg(record.Deleted) + ` ORDER BY a.created, a.key`
	return q
}

// choose returns the archives of a query for which meant returns true.
func (c *Catalog) choose(ctx context.Context, q query, meant func(record.Archive) bool) (chosen []record.Archive, err error) {
	rows, err := c.db.Reader.QueryContext(ctx, q.text, q.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		a, err := table.ScanArchive(rows)
		if err != nil {
			return nil, err
		}
		if meant(a) {
			chosen = append(chosen, a)
		}
	}
	return chosen, rows.Err()
}

// vaults returns the key of a vault on record, or, for the empty URL, the keys of all
// vaults in the order of their URLs.
func (c *Catalog) vaults(ctx context.Context, vaultURL string) ([]int64, error) {
	rows, err := c.db.Reader.QueryContext(ctx, `SELECT key FROM vaults WHERE $1 = '' OR url = $1 ORDER BY url`, vaultURL)
	if err != nil {
		return nil, err
	}
	return table.Collect(rows, func(r table.Row) (key int64, err error) {
		err = r.Scan(&key)
		return key, err
	})
}
