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

// queryer is a pool, or a transaction whose queries all see the same commit.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// list streams what a query returns, row by row. The query runs each time the
// sequence is walked; the sequence ends after the first error, which names the
// attempt.
func list[T any](ctx context.Context, c *Catalog, attempt string, scan func(row) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range walk(ctx, c.reader, scan, query, args...) {
			if err != nil {
				err = c.fail(ctx, err, "%s", attempt)
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// walk is list with the database's own errors. It goes on behind a row that makes
// no sense, if its caller does.
func walk[T any](ctx context.Context, q queryer, scan func(row) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := q.QueryContext(ctx, query, args...)
		if err != nil {
			yield(none, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			item, err := scan(rows)
			if !yield(item, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, err)
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
