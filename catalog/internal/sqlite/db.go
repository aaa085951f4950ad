// Package sqlite is the engine below the catalog: one SQLite file that many processes use
// at once. It opens and closes the file, keeps every commit durable, upgrades the schema,
// checks the file after a crash, and replaces a damaged file with a new one. It knows no
// table except that of the migrations.
//
// A transaction is on the disk when it returns (write-ahead log, synchronous=FULL). Writers
// take turns. Readers see the last commit and wait for nobody. Processes cannot share the
// log on a network file system, so a file there is refused.
//
// Errors name the file and the failed attempt. They wrap [ErrDamaged], [ErrFull],
// vault.ErrNotFound, vault.ErrLocked (another process writes), vault.ErrInvalid (the file
// is not a catalog of this firn or of an older one), the cause of a context that ended, or
// the database's own error.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Step is one migration of the schema. It runs in a transaction of its own, once for each
// file.
type Step func(ctx context.Context, tx *sql.Tx) error

// Options says how a file is opened.
type Options struct {
	Now   func() time.Time // the clock
	Steps []Step           // the schema: step n brings it from version n to version n+1
}

// latest is the version of the schema after all steps.
func (o Options) latest() int64 { return int64(len(o.Steps)) }

// DB is an open file. Its methods may be called from many goroutines.
type DB struct {
	Path  string // absolute, without symbolic links
	Locks string // directory for lock files, beside the file

	Writer *sql.DB // one connection, so that goroutines queue here and not in SQLite
	Reader *sql.DB // as many connections as are needed, so that nested queries cannot block each other

	options Options
	access  *access
	group   group
	full    error // the reason why nothing may be written, if the log could not be rewritten
}

// Open opens the file path. It creates the file (mode 0600) and its directory (mode 0700)
// if they do not exist. It upgrades the schema, and refuses that of a newer firn.
//
// If the last process that had the file open did not close it, Open checks the file first.
// It leaves a damaged file as it is, and the error wraps [ErrDamaged]. If the check
// succeeds but the log cannot be rewritten because the disk is full, the file can be read,
// and every write fails with [ErrFull].
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	l, err := locate(path)
	if err != nil {
		return nil, err
	}
	a, err := acquire(ctx, l.locks)
	if err != nil {
		return nil, explain(ctx, l.file, err, "get the lock to open it")
	}
	d := newDB(l, a, o)
	if err := d.openAndShare(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func newDB(l location, a *access, o Options) *DB {
	return &DB{Path: l.file, Locks: l.locks, access: a, options: o, group: group{turn: make(chan struct{}, 1)}}
}

func (d *DB) openAndShare(ctx context.Context) error {
	for d.access.alone {
		switch err := d.prepare(ctx); {
		case d.full != nil:
			return d.openToRead()
		case err != nil:
			return err
		}
		if err := d.access.share(ctx); err != nil {
			return d.Fail(ctx, err, "share it with other processes")
		}
	}
	return d.open(ctx)
}

// prepare checks and upgrades the file while no other process has it open.
func (d *DB) prepare(ctx context.Context) (err error) {
	if _, err := swap(d.Path, d.options.Now()); err != nil { // of a Rebuild that was killed at its end
		return d.Fail(ctx, err, "replace it with the rebuilt one")
	}
	defer func() { err = errors.Join(err, d.disconnect()) }()
	return d.open(ctx)
}

// open inspects the file, connects to it and upgrades its schema.
func (d *DB) open(ctx context.Context) error {
	version, err := d.inspect(ctx)
	if err != nil {
		return err
	}
	if d.access.alone {
		if err := rewriteLog(d.Path); err != nil {
			err = d.Fail(ctx, err, "rewrite its log")
			if errors.Is(err, ErrFull) && version == d.options.latest() {
				d.full = err
			}
			return err
		}
	}
	if d.Writer, err = connect(d.Path, readWrite); err != nil {
		return d.Fail(ctx, err, "open it for writing")
	}
	d.Writer.SetMaxOpenConns(1) // the first write opens it: reading needs none
	if d.Reader, err = connect(d.Path, queryOnly); err != nil {
		return d.Fail(ctx, err, "open it for reading")
	}
	d.Reader.SetMaxIdleConns(idleReaders)
	return d.migrate(ctx, version)
}

// openToRead connects to a file whose log could not be rewritten. The file stays as it is.
// This process keeps access alone: any other one would write.
func (d *DB) openToRead() (err error) {
	d.Writer = sql.OpenDB(refusing{d.full})
	if d.Reader, err = connect(d.Path, lookOnly); err != nil {
		return describe(d.Path, err, "open it for reading")
	}
	return nil
}

// idleReaders is how many reading connections stay open between queries.
const idleReaders = 2

// Close closes the file. It may be repeated.
func (d *DB) Close() error {
	if err := errors.Join(d.disconnect(), d.access.release()); err != nil {
		return describe(d.Path, err, "close it")
	}
	return nil
}

// disconnect closes the connections to the file.
func (d *DB) disconnect() error {
	var failed []error
	// The connection that closes last folds the log into the file: the writer, if it wrote.
	for _, db := range []*sql.DB{d.Reader, d.Writer} {
		if db != nil {
			failed = append(failed, db.Close())
		}
	}
	return errors.Join(failed...)
}

// Transact runs do in one transaction: all of it is saved, or nothing.
func (d *DB) Transact(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := d.Writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after the commit
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Snapshot runs do with a view of one commit, however long it takes.
func (d *DB) Snapshot(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := d.Reader.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // there is nothing to commit
	return do(tx)
}
