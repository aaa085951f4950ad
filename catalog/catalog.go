// Package catalog keeps firn's own record of what is stored where: uploads and
// their parts, archives and jobs, in one SQLite file.
//
// It is the journal of firn. A method that saves returns only after its
// transaction is on the disk (write-ahead log, synchronous=FULL), so what was
// saved before a crash or a power loss is there after it. Losing the catalog
// loses no archive: the vault still has them and its inventory lists them.
//
// Many goroutines and many processes may use one catalog at once. Writers take
// turns; readers see the last commit and wait for nobody, so a list may be
// walked while its reader saves. A file system of the network cannot promise
// that, and is refused.
//
// Names, paths and descriptions come from outside. They are stored byte by byte
// as given and are never used as a path.
//
// Errors name the catalog and what was attempted. They wrap [ErrDamaged],
// vault.ErrNotFound, vault.ErrLocked (another process writes or holds the
// upload), the cause of a context that ended, or the database's own error.
package catalog

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Options is what a catalog may be told when it is opened.
type Options struct {
	// Now is the clock that Updated times are taken from; time.Now if nil.
	Now func() time.Time
}

// Catalog is an open catalog. Its methods may be called from many goroutines.
type Catalog struct {
	path   string
	locks  string // directory of the lock files
	now    func() time.Time
	gate   *gate
	full   error   // why nothing may be written, if the log could not be written anew
	atMost int64   // archives that an inventory leaves unsorted
	writer *sql.DB // one connection, so that goroutines queue here and not in SQLite
	reader *sql.DB // as many as are needed, so that nested lists cannot starve
}

// Open opens the catalog in the file path, and makes it (mode 0600) and its
// directory (mode 0700) if they are not there. The schema is brought up to date;
// that of a newer firn is refused.
//
// If the last process that had the catalog open did not close it, the file is
// checked first. A file that fails is left as it is, and the error wraps
// [ErrDamaged]. If its log cannot then be written anew, as the disk is full, the catalog
// can be read, and what would save fails with [ErrFull].
func Open(ctx context.Context, path string, o Options) (*Catalog, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	place, err := prepare(path)
	if err != nil {
		return nil, err
	}
	gate, err := enter(ctx, place.locks)
	if err != nil {
		return nil, explain(ctx, place.file, err, "wait for its turn to open it")
	}
	c := newCatalog(place, gate, o)
	if err := c.openAndShare(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func newCatalog(p place, g *gate, o Options) *Catalog {
	return &Catalog{path: p.file, locks: p.locks, now: o.Now, gate: g, atMost: unsortedAtMost}
}

func (c *Catalog) openAndShare(ctx context.Context) error {
	for c.gate.alone {
		switch err := c.prepare(ctx); {
		case c.full != nil:
			return c.openToRead()
		case err != nil:
			return err
		}
		if err := c.gate.share(ctx); err != nil {
			return c.fail(ctx, err, "let others open it too")
		}
	}
	return c.open(ctx)
}

// prepare puts the file in order while nobody else has it open.
func (c *Catalog) prepare(ctx context.Context) (err error) {
	if _, err := swap(c.path, c.now()); err != nil { // of a Rebuild that was killed at its end
		return c.fail(ctx, err, "put what was rebuilt in its place")
	}
	defer func() { err = errors.Join(err, c.disconnect()) }()
	return c.open(ctx)
}

// open inspects the file, connects to it and brings its schema up to date.
func (c *Catalog) open(ctx context.Context) error {
	version, err := inspect(ctx, c.path, c.gate.alone)
	if err != nil {
		return err
	}
	if c.gate.alone {
		if err := renewLog(c.path); err != nil {
			err = c.fail(ctx, err, "write its log anew")
			if errors.Is(err, ErrFull) && version == latestVersion {
				c.full = err
			}
			return err
		}
	}
	if c.writer, err = connect(c.path, readWrite); err != nil {
		return c.fail(ctx, err, "open it for writing")
	}
	c.writer.SetMaxOpenConns(1) // opened by the first that writes: a list needs none
	if c.reader, err = connect(c.path, queryOnly); err != nil {
		return c.fail(ctx, err, "open it for reading")
	}
	c.reader.SetMaxIdleConns(idleReaders)
	return c.migrate(ctx, version)
}

// openToRead connects to a catalog whose log could not be written anew. It is read as it
// is and stays as it is, and the gate is held alone: who shared it would write.
func (c *Catalog) openToRead() (err error) {
	c.writer = sql.OpenDB(refusing{c.full})
	if c.reader, err = connect(c.path, lookOnly); err != nil {
		return describe(c.path, err, "open it for reading")
	}
	return nil
}

// idleReaders is how many reading connections stay open between queries.
const idleReaders = 2

// Close ends the use of the catalog. Uploads locked with LockUpload stay locked.
func (c *Catalog) Close() error {
	if err := errors.Join(c.disconnect(), c.gate.leave()); err != nil {
		return describe(c.path, err, "close it")
	}
	return nil
}

// disconnect closes the connections to the file.
func (c *Catalog) disconnect() error {
	var failed []error
	// The last connection to go folds the log into the file: the writer, if something was
	// written.
	for _, db := range []*sql.DB{c.reader, c.writer} {
		if db != nil {
			failed = append(failed, db.Close())
		}
	}
	return errors.Join(failed...)
}
