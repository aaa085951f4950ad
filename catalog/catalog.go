// Package catalog keeps firn's own record of what is stored where: uploads and
// their parts, archives and jobs, in one SQLite file.
//
// It is the journal of firn. A method that saves returns only after its transaction is on
// the disk, so what was saved before a crash or a power loss is there after it. Losing the
// catalog loses no archive: the vault still has them and its inventory lists them.
//
// Many goroutines and many processes may use one catalog at once. Writers take turns;
// readers see the last commit and wait for nobody, so a list may be walked while its
// reader saves. A network file system cannot promise that, and a catalog on one is
// refused.
//
// Names, paths and descriptions come from outside. They are stored byte by byte
// as given and are never used as a path.
//
// Errors name the catalog and what was attempted. They wrap [ErrDamaged], [ErrFull],
// vault.ErrNotFound, vault.ErrLocked (another process writes or holds the
// upload), the cause of a context that ended, or the database's own error.
package catalog

import (
	"context"
	"time"

	"firn/catalog/internal/contents"
	"firn/catalog/internal/sqlite"
)

// ErrDamaged means that the catalog's file does not hold what was written to it. The file
// is left as it was found.
var ErrDamaged = sqlite.ErrDamaged

// ErrFull means that the catalog's file cannot be written. What was saved before is there,
// and nothing of what was to be saved. The same call succeeds once there is room.
var ErrFull = sqlite.ErrFull

// Options is what a catalog may be told when it is opened.
type Options struct {
	// Now is the clock that Updated times are taken from; time.Now if nil.
	Now func() time.Time
}

// engine returns the options of the file.
func (o Options) engine() sqlite.Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	return sqlite.Options{Now: o.Now, Steps: migrations(o.Now)}
}

// Contents counts what a catalog holds.
type Contents = contents.Counts

// Catalog is an open catalog. Its methods may be called from many goroutines.
type Catalog struct {
	db     *sqlite.DB
	now    func() time.Time
	atMost int64 // archives that an inventory leaves unsorted
}

// Open opens the catalog in the file path. It creates the file (mode 0600) and its
// directory (mode 0700) if they do not exist. It upgrades the schema, and refuses that of
// a newer firn.
//
// If the last process that had the catalog open did not close it, Open checks the file
// first. It leaves a damaged file as it is, and the error wraps [ErrDamaged]. If the check
// succeeds but the file's log cannot be rewritten because the disk is full, the catalog
// can be read, and a method that saves fails with [ErrFull].
func Open(ctx context.Context, path string, o Options) (*Catalog, error) {
	engine := o.engine()
	db, err := sqlite.Open(ctx, path, engine)
	if err != nil {
		return nil, err
	}
	return newCatalog(db, engine.Now), nil
}

func newCatalog(db *sqlite.DB, now func() time.Time) *Catalog {
	return &Catalog{db: db, now: now, atMost: unsortedAtMost}
}

// Close ends the use of the catalog. Uploads locked with LockUpload stay locked.
func (c *Catalog) Close() error { return c.db.Close() }

// inVault is the condition that a row belongs to the vault $1, or to any vault if that is
// empty. It is chosen here and not in SQL so that an index serves it.
func inVault(vaultURL string) string {
	if vaultURL == "" {
		return `$1 = ''`
	}
	return `vault = $1`
}
