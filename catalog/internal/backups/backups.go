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
	"time"

	"firn/catalog/internal/sqlite"
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

// Paths returns the paths of the catalog's files and of the directory of its locks.
func (b *Backups) Paths() []string {
	return []string{b.db.Path, b.db.Path + "-wal", b.db.Path + "-shm", b.db.Locks}
}
