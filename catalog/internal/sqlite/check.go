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

// Defaults returns the default value of each column of a table, as an expression. It leaves
// out whatever cannot be read of a damaged file.
func Defaults(ctx context.Context, db *sql.DB, table string) map[string]string {
	defaults := map[string]string{}
	rows, err := db.QueryContext(ctx, `SELECT name, coalesce(dflt_value, 'NULL') FROM pragma_table_info($1)`, table)
	if err != nil {
		return defaults
	}
	defer rows.Close()
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err == nil {
			defaults[name] = value
		}
	}
	_ = rows.Err() // of the damaged file
	return defaults
}
