// Package foreign reads the databases in which other tools record their archives: those of
// glacier-cli and of Synology's Glacier Backup. Glacier Backup writes no file names into
// descriptions. It stores such a database as the only archive of a second vault,
// NAME_mapping.
//
// The package writes nothing, and takes no lock. The texts that it returns come from
// outside: quote them on display, and never use one as a path without cleaning it.
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

// Entry is what a database has about one archive.
type Entry struct {
	record.Archive // without its Vault

	// Bad says why the row is not about an archive; empty if it is.
	Bad string
	// Doubt says which fields could not be read and are left empty.
	Doubt string
	// Others is how many more files have the bytes of this archive. The record of an archive
	// has only one name.
	Others int64
}

// File is an open database of another tool.
type File struct {
	db   *sql.DB
	path string
	tool tool
}

// tool describes the database of one tool.
type tool struct {
	table   string
	columns []string // by which the tool is recognised
	// vaults is the query for the names of the vaults in the database. It is empty if the
	// database is about one vault and has no name of it.
	vaults string
	query  func(has func(column string) bool) string
	scan   func(*sql.Rows) (Entry, error)
	byName bool // the query's $1 is the vault
}

func tools() []tool { return []tool{synology(), glacierCLI()} }

// Open opens a database. It returns vault.ErrInvalid if the file is not a database of one
// of the tools.
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

// address returns the URI by which the driver opens a file read-only. If there is no log and
// no journal beside the file, no tool uses it. Then SQLite takes no lock either, so that the
// file may lie on a read-only medium.
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
	return vault.Errorf(vault.ErrInvalid, "it is neither a database of Synology's Glacier Backup nor one of glacier-cli")
}

// columns returns the names of the columns of a table, in lower case, or nothing if there is
// no such table. A view does not count: it may run any function.
func (f *File) columns(ctx context.Context, table string) ([]string, error) {
	rows, err := f.db.QueryContext(ctx, `SELECT lower(c.name) FROM sqlite_schema s, pragma_table_info(s.name) c
		WHERE s.type = 'table' AND lower(s.name) = $1`, table)
	return texts(rows, err)
}

// Vaults returns the names of the vaults in the database, or nothing if it has no names.
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

// texts reads one column of a result, which must be short.
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

// Archives streams the archives of a vault, each once, always in the same order. It ignores
// vaultName if Vaults returns no names. The first error ends the sequence.
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
