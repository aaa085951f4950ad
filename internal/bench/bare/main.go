// Command bare finds archives in a catalog by a single query of its file. It uses firn's
// database driver and nothing else: no lock, no check of the schema, no command line. The
// benchmark compares `firn list` with it, including the start of the process.
//
//	bare CATALOG exact LABEL
//	bare CATALOG prefix PREFIX
//	bare CATALOG substring TEXT
//
// Each form prints the id, the description, the size and the creation date of the archives
// found, oldest first. It queries the table of labels, in which firn keeps, in order, the
// texts by which archives can be found: for one text, for a range of texts, or for all
// texts, which SQLite's instr searches.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

// found is the beginning of each query; a condition on the label follows. It selects labels
// with a slash, which all archives of the benchmark have.
const found = `SELECT archive_id, description, size, created FROM archives WHERE key IN (
	SELECT archive_key FROM labels WHERE vault_key = (SELECT min(key) FROM vaults) AND slashed = 1 AND `

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	conditions := map[string]string{
		"exact":     `label = $1`,
		"prefix":    `label >= $1 AND label < $1 || char(0x10ffff)`,
		"substring": `instr(label, $1) > 0`,
	}
	if len(args) != 3 || conditions[args[1]] == "" {
		return fmt.Errorf("want CATALOG exact|prefix|substring TEXT, got %q", args)
	}
	db, err := sql.Open("sqlite", "file:"+args[0]+"?mode=ro")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, found+conditions[args[1]]+`) ORDER BY created, key`, args[2])
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, description, created string
		var size int64
		if err := rows.Scan(&id, &description, &size, &created); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, id, description, size, created); err != nil {
			return err
		}
	}
	return rows.Err()
}
