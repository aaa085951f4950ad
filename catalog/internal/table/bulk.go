package table

import (
	"context"
	"database/sql"
	"strings"
)

// perStatement is how many rows one statement takes: enough to make the cost of a
// statement small, and few enough to stay below SQLite's limit of 32,766 parameters.
const perStatement = 500

// Bulk is a statement that takes many rows at once. It ends with its transaction.
type Bulk struct {
	Tx                 *sql.Tx
	Before, Row, After string // its text, which repeats row for each row

	statement *sql.Stmt
	rows      int // how many statement takes
}

// Run calls do for the rows of each statement.
func (b *Bulk) Run(rows int, do func(from, to int) error) error {
	for from := 0; from < rows; from += perStatement {
		if err := do(from, min(from+perStatement, rows)); err != nil {
			return err
		}
	}
	return nil
}

// prepare prepares the statement for so many rows.
func (b *Bulk) prepare(ctx context.Context, rows int) (err error) {
	if b.statement != nil && b.rows == rows {
		return nil
	}
	b.rows = rows
	b.statement, err = b.Tx.PrepareContext(ctx, b.Before+b.Row+strings.Repeat(`, `+b.Row, rows-1)+b.After)
	return err
}

// Exec runs the statement for so many rows.
func (b *Bulk) Exec(ctx context.Context, rows int, args []any) error {
	if err := b.prepare(ctx, rows); err != nil {
		return err
	}
	_, err := b.statement.ExecContext(ctx, args...)
	return err
}
