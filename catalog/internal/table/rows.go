// Package table is how the catalog's nouns are kept in its tables: the columns, the rows,
// and the indexes of archives. A function that saves works on a pool of connections or in
// the caller's transaction, and returns the database's own errors.
package table

import (
	"context"
	"database/sql"
	"errors"
	"iter"

	"firn/catalog/internal/sqlite"
)

// Row is a row of a result: *sql.Row or *sql.Rows.
type Row interface {
	Scan(dest ...any) error
}

// Queryer is a pool, or a transaction whose queries all see the same commit.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Walk streams the rows that a query returns, with the database's own errors. After a row
// that cannot be scanned it continues if the caller does.
func Walk[T any](ctx context.Context, q Queryer, scan func(Row) (T, error), query string, args ...any) iter.Seq2[T, error] {
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

// List is Walk for readers of a file. The query runs each time the sequence is walked. The
// sequence ends after the first error, which names the file and the attempt.
func List[T any](ctx context.Context, db *sqlite.DB, attempt string, scan func(Row) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range Walk(ctx, db.Reader, scan, query, args...) {
			if err != nil {
				err = db.Fail(ctx, err, "%s", attempt)
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// KeyOf returns the key of a row, which it inserts if it does not exist. Both queries take the
// same arguments.
func KeyOf(ctx context.Context, tx *sql.Tx, find, insert string, args ...any) (key int64, err error) {
	err = tx.QueryRowContext(ctx, find, args...).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.QueryRowContext(ctx, insert, args...).Scan(&key)
	}
	return key, err
}

// Collect reads all rows that a query returned, which must be few, and closes it.
func Collect[T any](rows *sql.Rows, scan func(Row) (T, error)) (items []T, err error) {
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

// execer is a pool or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// querier is a pool or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// All reads a stream to its end, or to its first error.
func All[T any](seq iter.Seq2[T, error]) (items []T, err error) {
	for item, err := range seq {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
