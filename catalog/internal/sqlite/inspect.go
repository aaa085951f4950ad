package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"firn/vault"
)

// applicationID marks a SQLite file as a catalog: "firn" in ASCII.
const applicationID = 0x6669726e

// inspect looks at the file before anything is written to it. It returns the version of
// its schema, or 0 if it has none yet. It refuses a file of another program and a schema
// of a newer firn.
//
// If no other process has the file open, its log tells how the last user ended. If there
// is a log, that user did not close the file, and inspect checks every page. If there is
// none, the file must end at the end of a page.
func (d *DB) inspect(ctx context.Context) (version int64, err error) {
	path := d.Path
	info, err := os.Stat(path)
	if err != nil {
		return 0, explain(ctx, path, err, "find it")
	}
	if info.Size() == 0 {
		return 0, nil
	}
	db, err := connect(path, lookOnly)
	if err != nil {
		return 0, explain(ctx, path, err, "get its status")
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	tables, err := checkOwner(ctx, db, path)
	if err != nil || tables == 0 {
		return 0, err
	}
	unclean, err := hasLog(path)
	if err != nil {
		return 0, explain(ctx, path, err, "find its log")
	}
	switch {
	case d.access.alone && unclean:
		err = quickCheck(ctx, db, path)
	case d.access.alone:
		err = wholePages(ctx, db, path, info.Size())
	}
	if err != nil {
		return 0, err
	}
	return schemaVersion(ctx, db, path, d.options.latest())
}

// checkOwner refuses the database of another program. It returns the number of tables.
func checkOwner(ctx context.Context, db *sql.DB, path string) (tables int, err error) {
	var owner int64
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&owner); err != nil {
		return 0, explain(ctx, path, err, "read its header")
	}
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table'`).Scan(&tables)
	if err != nil {
		return 0, explain(ctx, path, err, "list its tables")
	}
	if owner != applicationID && (owner != 0 || tables > 0) {
		return 0, vault.Errorf(vault.ErrInvalid, "catalog %q is the database of another program; choose another file", path)
	}
	return tables, nil
}

// hasLog reports whether there is a log beside the file that is not empty. SQLite removes
// the log when the last user closes the file.
func hasLog(path string) (bool, error) {
	info, err := os.Stat(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.Size() > 0, err
}

// quickCheck checks the structure of every page.
func quickCheck(ctx context.Context, db *sql.DB, path string) error {
	const attempt = "check it after an unclean end"
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return explain(ctx, path, err, attempt)
	}
	if verdict != "ok" {
		return damaged(path, errors.New(verdict), attempt)
	}
	return nil
}

// wholePages refuses a file that was cut within a page: SQLite would read the rest of that
// page as zeros.
func wholePages(ctx context.Context, db *sql.DB, path string, size int64) error {
	const attempt = "check its size"
	var page int64
	if err := db.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&page); err != nil {
		return explain(ctx, path, err, attempt)
	}
	if size%page != 0 {
		return damaged(path, fmt.Errorf("its size of %d bytes is not a multiple of its page size, %d", size, page), attempt)
	}
	return nil
}

// schemaVersion returns the number of the newest migration that was applied. It refuses
// one that this firn does not know.
func schemaVersion(ctx context.Context, db *sql.DB, path string, latest int64) (int64, error) {
	var version int64
	err := db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&version)
	if err != nil {
		return 0, explain(ctx, path, err, "read the version of its schema")
	}
	if version > latest {
		return 0, vault.Errorf(vault.ErrInvalid, "catalog %q was written by a newer firn (its schema has version %d, this firn knows %d); "+
			"use that firn, or upgrade this one", path, version, latest)
	}
	return version, nil
}
