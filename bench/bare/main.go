// Command bare finds archives in a catalog by one bare query of its file, with the
// driver that firn has and nothing else: no lock, no check of the schema, no
// command line. What `firn list` takes is compared with what this takes, the start
// of the process included.
//
//	bare CATALOG exact LABEL
//	bare CATALOG prefix PREFIX
//	bare CATALOG substring TEXT
//
// Each prints the id, the description, the size and the creation of the archives
// that are found, oldest first. It asks the table of labels, in which firn keeps
// the texts that an archive may be called by in their order: for one text, for a
// range of texts, or for all, each of which SQLite's instr looks into.
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

// found begins each query; a condition on the label follows. The labels are those
// with a slash, as of all archives that the benchmark makes.
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
