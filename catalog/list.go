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

// queryer is a pool, or a transaction whose queries all see the same commit.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// walk streams the rows that a query returns, with the database's own errors. After a row
// that cannot be scanned it continues if the caller does.
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

// collect reads all rows that a query returned, which must be few, and closes it.
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
