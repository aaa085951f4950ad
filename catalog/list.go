package catalog

import (
	"context"
	"database/sql"
	"iter"
)

// row is what a query returned: *sql.Row or *sql.Rows.
type row interface {
	Scan(dest ...any) error
}

// inVault is the condition that a row belongs to the vault $1, or to any if that
// is empty. It is chosen here and not in SQL so that an index serves it.
func inVault(vaultURL string) string {
	if vaultURL == "" {
		return `$1 = ''`
	}
	return `vault = $1`
}

// list streams what a query returns, row by row. The query runs each time the
// sequence is walked; the sequence ends after the first error, which names the
// attempt.
func list[T any](ctx context.Context, c *Catalog, attempt string, scan func(row) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := c.reader.QueryContext(ctx, query, args...)
		if err != nil {
			yield(none, c.fail(ctx, err, "%s", attempt))
			return
		}
		defer rows.Close()
		for rows.Next() {
			item, err := scan(rows)
			if err != nil {
				yield(none, c.fail(ctx, err, "%s", attempt))
				return
			}
			if !yield(item, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, c.fail(ctx, err, "%s", attempt))
		}
	}
}

// collect reads all that a query returned, few rows by design, and closes it.
func collect[T any](rows *sql.Rows, scan func(row) (T, error)) (items []T, err error) {
	defer rows.Close()
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, rows.Err()
}
