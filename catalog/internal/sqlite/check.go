package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// shownProblems is how many of SQLite's findings Problems returns at most.
const shownProblems = 5

// Problems checks the structure of every page and every index. It returns what is wrong
// in SQLite's words, or nothing if the file is sound.
func Problems(ctx context.Context, tx *sql.Tx) (found []string, err error) {
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(`PRAGMA integrity_check(%d)`, shownProblems))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		if text != "ok" {
			found = append(found, text)
		}
	}
	return found, rows.Err()
}

// Orphans is the query that counts the rows whose foreign key points to no row.
const Orphans = `SELECT count(*) FROM pragma_foreign_key_check`
