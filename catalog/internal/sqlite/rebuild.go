package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"firn/internal/disk"
	"firn/vault"
)

// The new file has one of these endings after the name of the damaged one, so that the
// next process after a crash sees how far the work had come.
const (
	rebuilding = ".rebuilding" // unfinished: to be removed
	rebuilt    = ".rebuilt"    // finished: to replace the damaged one
)

// logs are the endings of the files of one database.
func logs() []string { return []string{"", "-wal", "-shm"} }

// Rebuilt tells what [Rebuild] did.
type Rebuilt struct {
	// Sound says that the file is sound and was left alone.
	Sound bool
	// Aside is the new path of the damaged file. The names of the other damaged files
	// beside it begin with this one. It is empty if there was no damaged file.
	Aside string
}

// Rebuilding is how a new file is made from a damaged one.
type Rebuilding struct {
	// Check reads the whole file. It returns an error that wraps [ErrDamaged] if the file
	// must be replaced.
	Check func(*DB) error
	// Salvage copies into the new file whatever can be read of the damaged one.
	Salvage func(to *DB, damaged *sql.DB) error
}

// Rebuild checks the file path. If it is damaged, a new file with what could be salvaged
// replaces it, and the damaged file stays beside it under another name. Rebuild may be
// killed at any moment and run again. It creates a file that does not exist, and leaves a
// sound one alone.
//
// No other process may have the file open: else the error wraps vault.ErrLocked. Rebuild
// refuses a file of a newer firn or of another program with vault.ErrInvalid.
func Rebuild(ctx context.Context, path string, o Options, how Rebuilding) (_ Rebuilt, err error) {
	l, err := locate(path)
	if err != nil {
		return Rebuilt{}, err
	}
	a, err := acquire(ctx, l.locks)
	if err != nil {
		return Rebuilt{}, explain(ctx, l.file, err, "get the lock to open it")
	}
	defer func() { err = errors.Join(err, a.release()) }()
	if !a.alone {
		return Rebuilt{}, vault.Errorf(vault.ErrLocked, "catalog %q cannot be rebuilt while another firn has it open", l.file)
	}
	r := rebuild{location: l, access: a, options: o, Rebuilding: how}
	return r.run(ctx)
}

// rebuild is one call of Rebuild.
type rebuild struct {
	location
	Rebuilding

	access  *access
	options Options
}

func (r *rebuild) run(ctx context.Context) (Rebuilt, error) {
	aside, err := r.swap(ctx)
	if err != nil {
		return Rebuilt{}, err
	}
	err = r.check(ctx)
	if err == nil {
		return Rebuilt{Sound: aside == "", Aside: aside}, nil
	}
	if !errors.Is(err, ErrDamaged) {
		return Rebuilt{}, err
	}
	if err := r.renew(ctx); err != nil {
		return Rebuilt{}, err
	}
	if aside, err = r.swap(ctx); err != nil {
		return Rebuilt{}, err
	}
	return Rebuilt{Aside: aside}, nil
}

func (r *rebuild) swap(ctx context.Context) (aside string, err error) {
	if aside, err = swap(r.file, r.options.Now()); err != nil {
		return "", explain(ctx, r.file, err, "replace it with the rebuilt one")
	}
	return aside, nil
}

// check opens the file and checks all of it.
func (r *rebuild) check(ctx context.Context) (err error) {
	d := newDB(r.location, r.access, r.options)
	defer func() { err = errors.Join(err, d.disconnect()) }()
	if err := d.open(ctx); err != nil {
		return err
	}
	return r.Check(d)
}

// renew creates a new file with what can be read of the damaged one, and gives it the name
// of a finished one.
func (r *rebuild) renew(ctx context.Context) (err error) {
	unfinished := nameOfUnfinished(r.file)
	if err := createNew(unfinished); err != nil { // nor does it follow a link that another user put there
		return explain(ctx, r.file, err, "create a new file for it")
	}
	d := newDB(location{file: unfinished, locks: r.locks}, r.access, r.options)
	if err = d.open(ctx); err == nil {
		err = r.salvage(ctx, d)
	}
	if err := errors.Join(err, d.disconnect()); err != nil {
		return err
	}
	// Closing folds the log into the file, and reports no error if it cannot.
	switch left, err := hasLog(unfinished); {
	case err != nil:
		return explain(ctx, r.file, err, "find the log of the rebuilt one")
	case left:
		return fmt.Errorf("catalog %q: the rebuilt catalog in %q is incomplete; the disk may be full or another program "+
			"may have it open; run the same command again: %w", r.file, unfinished, ErrFull)
	}
	err = errors.Join(os.Rename(unfinished, r.file+rebuilt), disk.SyncDirectory(filepath.Dir(r.file)))
	if err != nil {
		return explain(ctx, r.file, err, "rename the rebuilt one")
	}
	return nil
}

func (r *rebuild) salvage(ctx context.Context, to *DB) (err error) {
	from, err := connect(r.file, lookOnly)
	if err != nil {
		return explain(ctx, r.file, err, "get its status")
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	return r.Salvage(to, from)
}

// nameOfUnfinished returns an unused name for the new file. It removes the file of an
// earlier attempt. If that fails because another program has the file open, it chooses
// another name.
func nameOfUnfinished(file string) (unfinished string) {
	const tries = 100 // after that, creating the file fails and says why
	unfinished = file + rebuilding
	for range tries {
		for _, log := range logs() {
			_ = os.Remove(unfinished + log)
		}
		if !taken(unfinished) {
			break
		}
		unfinished += "+"
	}
	return unfinished
}

// swap replaces the damaged file with the finished new one, and gives the damaged file
// another name. It does nothing if there is no finished file. It may be repeated after a
// crash.
func swap(file string, now time.Time) (aside string, err error) {
	if _, err := os.Stat(file + rebuilt); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	aside, err = setAside(file, now)
	if err != nil {
		return "", err
	}
	// The old log must be durably gone before the new file has its name: SQLite would apply it.
	dir := filepath.Dir(file)
	if err := disk.SyncDirectory(dir); err != nil {
		return "", err
	}
	return aside, errors.Join(os.Rename(file+rebuilt, file), disk.SyncDirectory(dir))
}

// setAside gives the file an unused name and returns it. It returns an empty name if the
// file is empty: Open creates such a file after a crash.
func setAside(file string, now time.Time) (aside string, err error) {
	aside = file + ".damaged-" + now.UTC().Format("20060102T150405Z")
	for taken(aside) {
		aside += "+"
	}
	info, err := os.Stat(file)
	wasThere := err == nil && info.Size() > 0
	for _, log := range logs() {
		err := os.Rename(file+log, aside+log)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	if wasThere {
		return aside, nil
	}
	_ = os.Remove(aside) // an empty file does no harm
	return "", nil
}

func taken(name string) bool {
	for _, log := range logs() {
		if _, err := os.Lstat(name + log); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}
