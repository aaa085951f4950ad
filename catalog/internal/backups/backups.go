// Package backups is the part of the catalog that remembers backups: snapshots, the packs of
// each, the contents in the packs, and the files of each snapshot.
//
// The table of versions grows with what changes, not with the number of snapshots: a version of
// a file is valid from one snapshot of its tree to another. A backup reads the current versions
// of one directory at a time, and saves what differs in batches.
//
// Contents are recorded when they are written into a pack, before the pack is stored. Whoever
// uses a content looks at the state of its pack: contents of a pack that was lost before it was
// stored stay in the table, and nobody may rely on them.
package backups

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
)

// Backups is the record of backups in a catalog. Its methods may be called from many
// goroutines. A method that saves returns when its transaction is on the disk.
type Backups struct {
	db     *sqlite.DB
	now    func() time.Time
	owners owners
}

// New returns the record of backups in a file.
func New(db *sqlite.DB, now func() time.Time) *Backups {
	return &Backups{db: db, now: now, owners: owners{keys: make(map[record.Owner]int64)}}
}

// time returns the time to record.
func (b *Backups) time() time.Time { return b.now().UTC().Round(0) }

// list streams the rows that a query returns. The sequence ends after the first error, which
// names the attempt.
func list[T any](ctx context.Context, b *Backups, attempt string, scan func(table.Row) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range table.Walk(ctx, b.db.Reader, scan, query, args...) {
			if err != nil {
				err = b.db.Fail(ctx, err, "%s", attempt)
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// keyOf returns the key of a row, which it inserts if it does not exist. Both queries take the
// same arguments.
func keyOf(ctx context.Context, tx *sql.Tx, find, insert string, args ...any) (key int64, err error) {
	err = tx.QueryRowContext(ctx, find, args...).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.QueryRowContext(ctx, insert, args...).Scan(&key)
	}
	return key, err
}
