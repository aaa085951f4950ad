package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"firn/vault"
)

// ErrDamaged means that the file does not hold what was written to it. The file is left as
// it was found.
var ErrDamaged = errors.New("catalog damaged")

// ErrFull means that the file cannot be written. What was saved before is there, and
// nothing of what was to be saved. The same call succeeds once there is room.
var ErrFull = errors.New("the file cannot be written; the disk or the quota may be full")

// repairAdvice is what the user can do about ErrDamaged.
const repairAdvice = "keep a copy of the file and of the files beside it whose names begin with its name; " +
	"then restore a backup in its place, or move the files away: firn creates a new catalog " +
	"and finds unfinished uploads at the vault again; no archive is lost"

// Fail names the file and the attempt that failed with err. Attempt is a format that takes
// args.
func (d *DB) Fail(ctx context.Context, err error, attempt string, args ...any) error {
	return explain(ctx, d.Path, err, fmt.Sprintf(attempt, args...))
}

// Damaged wraps [ErrDamaged] and err, and adds what the user can do.
func (d *DB) Damaged(err error, attempt string) error { return damaged(d.Path, err, attempt) }

// IsOwn reports whether SQLite itself failed with err.
func IsOwn(err error) bool { return resultCode(err) != 0 }

// explain is describe for an attempt that ends when ctx does.
func explain(ctx context.Context, path string, err error, attempt string) error {
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || resultCode(err) == sqlite3.SQLITE_INTERRUPT) {
		err = context.Cause(ctx)
	}
	return describe(path, err, attempt)
}

// describe turns an error of the database into one that names the file and the failed
// attempt. No other function gives SQLite's result codes a meaning.
func describe(path string, err error, attempt string) error {
	where := attemptAt(path, attempt)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", where, vault.ErrNotFound)
	}
	code := resultCode(err)
	if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY {
		return vault.Errorf(vault.ErrNotFound, "%s: its parent is not in the catalog: %w", where, err)
	}
	if code == sqlite3.SQLITE_IOERR_WRITE { // any failed write but ENOSPC
		code = sqlite3.SQLITE_FULL
	}
	switch code & 0xff { // the rest of the code is detail
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return damaged(path, err, attempt)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%s: %w; nothing was saved: %w", where, ErrFull, err)
	case sqlite3.SQLITE_BUSY:
		return vault.Errorf(vault.ErrLocked, "%s: another process has been writing to it for %s: %w", where, busyTimeout, err)
	}
	return fmt.Errorf("%s: %w", where, err)
}

func damaged(path string, err error, attempt string) error {
	return fmt.Errorf("%s: %w: %w; %s", attemptAt(path, attempt), ErrDamaged, err, repairAdvice)
}

func attemptAt(path, attempt string) string {
	return fmt.Sprintf("catalog %q: cannot %s", path, attempt)
}

// resultCode returns SQLite's extended result code, or 0 if err has none.
func resultCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
