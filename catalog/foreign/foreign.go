// Package foreign reads the databases in which other tools keep what they stored
// where: that of glacier-cli, and the one of Synology's Glacier Backup, which names its
// files in no description but in a second vault, NAME_mapping, whose archive is such a
// database.
//
// Nothing is written, not even a lock. What comes out is outside text: quote it on
// display, and never use it as a path without cleaning it.
package foreign

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"firn/record"
	"firn/vault"
)

// Entry is what a database tells of one archive.
type Entry struct {
	record.Archive // without its Vault

	// Bad says why the row tells of no archive; empty if it does.
	Bad string
	// Doubt says which fields could not be read, and are as if they were not told.
	Doubt string
	// Others is how many more files have the bytes of this archive, under names that
	// the record of an archive has no room for.
	Others int64
}

// File is an open database of another tool.
type File struct {
	db   *sql.DB
	path string
	tool tool
}

// tool is how one tool keeps its record.
type tool struct {
	table   string
	columns []string // that make it out
	// vaults is the query for the names of the vaults that it is about; empty if it is
	// about one, whose name it does not tell.
	vaults string
	query  func(has func(column string) bool) string
	scan   func(*sql.Rows) (Entry, error)
	byName bool // the query's $1 is the vault
}

// tools are those that are known.
func tools() []tool { return []tool{synology(), glacierCLI()} }

// Open opens a database. One that is no such record, or none at all, is
// vault.ErrInvalid.
func Open(ctx context.Context, path string) (*File, error) {
	name, err := address(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	f := &File{db: db, path: path}
	if err := f.recognise(ctx); err != nil {
		return nil, errors.Join(f.fail(err), db.Close())
	}
	return f, nil
}

// Close closes it.
func (f *File) Close() error { return f.db.Close() }

// address returns the URI by which the driver opens a file read-only. Unless the
// tool left a log or a journal beside it, or still works, the file alone is all there is:
// then no lock is taken either, so that a file may lie on a medium that cannot be written.
func address(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	q := url.Values{"mode": {"ro"}, "_pragma": {"query_only(1)", "trusted_schema(0)"}}
	alone := true
	for _, beside := range []string{"-wal", "-journal"} {
		if _, err := os.Lstat(absolute + beside); !errors.Is(err, fs.ErrNotExist) {
			alone = false
		}
	}
	if alone {
		q.Set("immutable", "1")
	}
	p := filepath.ToSlash(absolute)
	if !strings.HasPrefix(p, "/") { // a drive letter
		p = "/" + p
	}
	return "file://" + (&url.URL{Path: p}).EscapedPath() + "?" + q.Encode(), nil
}

// recognise finds out which tool wrote the database.
func (f *File) recognise(ctx context.Context) error {
	for _, t := range tools() {
		columns, err := f.columns(ctx, t.table)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(t.columns, func(c string) bool { return !slices.Contains(columns, c) }) {
			f.tool = t
			return nil
		}
	}
	return fmt.Errorf("%w: it is neither of Synology's Glacier Backup nor of glacier-cli", vault.ErrInvalid)
}

// columns are those of a table, in lower case; none if there is no such table. A view
// is none: it may do anything.
func (f *File) columns(ctx context.Context, table string) ([]string, error) {
	rows, err := f.db.QueryContext(ctx, `SELECT lower(c.name) FROM sqlite_schema s, pragma_table_info(s.name) c
		WHERE s.type = 'table' AND lower(s.name) = $1`, table)
	return texts(rows, err)
}

// Vaults are the names of the vaults that it is about; none if it does not tell.
func (f *File) Vaults(ctx context.Context) ([]string, error) {
	if f.tool.vaults == "" {
		return nil, nil
	}
	rows, err := f.db.QueryContext(ctx, f.tool.vaults)
	all, err := texts(rows, err)
	if err != nil {
		return nil, f.fail(err)
	}
	return all, nil
}

// texts reads a column of few texts.
func texts(rows *sql.Rows, err error) (all []string, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}

// Archives streams what is on record of the archives of a vault, each once, always in
// the same order. The name counts only if Vaults tells names. The first error ends the
// sequence.
func (f *File) Archives(ctx context.Context, vaultName string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		columns, err := f.columns(ctx, f.tool.table)
		if err != nil {
			yield(Entry{}, f.fail(err))
			return
		}
		query := f.tool.query(func(column string) bool { return slices.Contains(columns, column) })
		var args []any
		if f.tool.byName {
			args = append(args, vaultName)
		}
		rows, err := f.db.QueryContext(ctx, query, args...)
		if err != nil {
			yield(Entry{}, f.fail(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			e, err := f.tool.scan(rows)
			if err != nil {
				err = f.fail(err)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Entry{}, f.fail(err))
		}
	}
}

func (f *File) fail(err error) error { return fmt.Errorf("reading the database %q: %w", f.path, err) }
