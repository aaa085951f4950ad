package catalog

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

// inspect looks at the file before anything is written to it and returns the
// version of its schema, 0 if it has none yet. It refuses a file of another
// program and a schema of a newer firn.
//
// If nobody else has the file open, its log tells how the last user ended: a log
// left behind means that it did not close, and every page is checked. Without
// one the file must end where a page does.
func inspect(ctx context.Context, path string, alone bool) (version int64, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, explain(ctx, path, err, "find it")
	}
	if info.Size() == 0 {
		return 0, nil
	}
	db, err := connect(path, lookOnly)
	if err != nil {
		return 0, explain(ctx, path, err, "look at it")
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	tables, err := checkOwner(ctx, db, path)
	if err != nil || tables == 0 {
		return 0, err
	}
	unclean, err := leftBehind(path)
	if err != nil {
		return 0, explain(ctx, path, err, "find its log")
	}
	switch {
	case alone && unclean:
		err = quickCheck(ctx, db, path)
	case alone:
		err = wholePages(ctx, db, path, info.Size())
	}
	if err != nil {
		return 0, err
	}
	return schemaVersion(ctx, db, path)
}

// checkOwner refuses the database of another program and counts the tables.
func checkOwner(ctx context.Context, db *sql.DB, path string) (tables int, err error) {
	var owner int64
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&owner); err != nil {
		return 0, explain(ctx, path, err, "read its head")
	}
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table'`).Scan(&tables)
	if err != nil {
		return 0, explain(ctx, path, err, "list its tables")
	}
	if owner != applicationID && (owner != 0 || tables > 0) {
		return 0, fmt.Errorf("catalog %q is the database of another program; choose another file: %w", path, vault.ErrInvalid)
	}
	return tables, nil
}

// leftBehind reports whether a log with something in it lies beside the file.
// SQLite removes the log when its last user closes.
func leftBehind(path string) (bool, error) {
	info, err := os.Stat(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.Size() > 0, err
}

// quickCheck checks the structure of every page.
func quickCheck(ctx context.Context, db *sql.DB, path string) error {
	const attempt = "check it after it was not closed"
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return explain(ctx, path, err, attempt)
	}
	if verdict != "ok" {
		return damaged(fmt.Sprintf("catalog %q: cannot %s", path, attempt), errors.New(verdict))
	}
	return nil
}

// wholePages refuses a file that was cut within a page, which SQLite would take
// for a page that ends in zeros.
func wholePages(ctx context.Context, db *sql.DB, path string, size int64) error {
	const attempt = "check its size"
	var page int64
	if err := db.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&page); err != nil {
		return explain(ctx, path, err, attempt)
	}
	if size%page != 0 {
		return damaged(fmt.Sprintf("catalog %q: cannot %s", path, attempt),
			fmt.Errorf("its %d bytes are no whole number of pages of %d", size, page))
	}
	return nil
}

// schemaVersion returns the newest migration applied and refuses one that this
// firn does not know.
func schemaVersion(ctx context.Context, db *sql.DB, path string) (int64, error) {
	var version int64
	err := db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&version)
	if err != nil {
		return 0, explain(ctx, path, err, "read the version of its schema")
	}
	if version > latestVersion {
		return 0, fmt.Errorf("catalog %q was written by a newer firn (its schema has version %d, this firn knows %d); "+
			"use that firn, or upgrade this one: %w", path, version, latestVersion, vault.ErrInvalid)
	}
	return version, nil
}
