package catalog

import (
	"context"
	"database/sql"
	"strings"
)

// perStatement is how many rows one statement takes: enough that its own cost
// does not count, few enough that all its parameters stay below SQLite's 32,766.
const perStatement = 500

// bulk is a statement that takes many rows at once, all of them written alike. It
// ends with its transaction.
type bulk struct {
	tx                 *sql.Tx
	before, row, after string // its text, in which row stands as often as there are rows

	statement *sql.Stmt
	rows      int // that statement takes
}

// run calls do for each run of rows that goes into one statement.
func (b *bulk) run(rows int, do func(from, to int) error) error {
	for from := 0; from < rows; from += perStatement {
		if err := do(from, min(from+perStatement, rows)); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes the statement one for so many rows.
func (b *bulk) prepare(ctx context.Context, rows int) (err error) {
	if b.statement != nil && b.rows == rows {
		return nil
	}
	b.rows = rows
	b.statement, err = b.tx.PrepareContext(ctx, b.before+b.row+strings.Repeat(`, `+b.row, rows-1)+b.after)
	return err
}

func (b *bulk) exec(ctx context.Context, rows int, args []any) error {
	if err := b.prepare(ctx, rows); err != nil {
		return err
	}
	_, err := b.statement.ExecContext(ctx, args...)
	return err
}
