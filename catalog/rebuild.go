package catalog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"firn/internal/disk"
	"firn/vault"
)

// While a catalog is rebuilt it has one of these names behind its own, so that
// whoever comes after a crash sees how far it was.
const (
	rebuilding = ".rebuilding" // unfinished: to be removed
	rebuilt    = ".rebuilt"    // finished: to be put in place of the damaged one
)

// logs are what SQLite adds to the name of a file for those beside it.
func logs() []string { return []string{"", "-wal", "-shm"} }

// Rebuilt tells what Rebuild has done.
type Rebuilt struct {
	// Sound says that the catalog is as it should be, and was left alone.
	Sound bool
	// Aside is where the damaged catalog lies now, with the files beside it whose
	// names begin with this; empty if there is none.
	Aside string
	// Salvaged is what the catalog holds now; of a sound one, what it holds.
	Salvaged
}

// Rebuild makes a sound catalog of a damaged one: a new file, with all that can be
// read of the old one, takes its place, and the old one stays beside it. It may be
// killed at any moment and run again. A catalog that is not there is made, and a
// sound one is left alone.
//
// Nobody else may have the catalog open: else the error wraps vault.ErrLocked. One
// of a newer firn, or of another program, is refused with vault.ErrInvalid.
//
// Told is called now and then with what was read so far, first to check, then to
// save it.
func Rebuild(ctx context.Context, path string, o Options, told func(Contents)) (_ Rebuilt, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	place, err := prepare(path)
	if err != nil {
		return Rebuilt{}, err
	}
	gate, err := enter(ctx, place.locks)
	if err != nil {
		return Rebuilt{}, explain(ctx, place.file, err, "wait for its turn to open it")
	}
	defer func() { err = errors.Join(err, gate.leave()) }()
	if !gate.alone {
		return Rebuilt{}, fmt.Errorf("catalog %q cannot be rebuilt while another firn has it open: %w", place.file, vault.ErrLocked)
	}
	return rebuild(ctx, place, gate, o, told)
}

func rebuild(ctx context.Context, p place, g *gate, o Options, told func(Contents)) (Rebuilt, error) {
	aside, err := swap(p.file, o.Now())
	if err != nil {
		return Rebuilt{}, explain(ctx, p.file, err, "put what was rebuilt in its place")
	}
	contents, err := examine(ctx, p, g, o, told)
	if err == nil {
		return Rebuilt{Sound: aside == "", Aside: aside, Salvaged: Salvaged{Contents: contents}}, nil
	}
	if !errors.Is(err, ErrDamaged) {
		return Rebuilt{}, err
	}
	salvaged, err := renew(ctx, p, g, o, told)
	if err != nil {
		return Rebuilt{}, err
	}
	if aside, err = swap(p.file, o.Now()); err != nil {
		return Rebuilt{}, explain(ctx, p.file, err, "put what was rebuilt in its place")
	}
	return Rebuilt{Aside: aside, Salvaged: salvaged}, nil
}

// examine opens the catalog and checks all of it.
func examine(ctx context.Context, p place, g *gate, o Options, told func(Contents)) (n Contents, err error) {
	c := newCatalog(p, g, o)
	defer func() { err = errors.Join(err, c.disconnect()) }()
	if err := c.open(ctx); err != nil {
		return n, err
	}
	return c.Check(ctx, told)
}

// renew makes a new catalog with what can be read of the damaged one, under the
// name that says that it is finished.
func renew(ctx context.Context, p place, g *gate, o Options, told func(Contents)) (s Salvaged, err error) {
	unfinished := nameOfUnfinished(p.file)
	if err := createNew(unfinished); err != nil { // nor a link that somebody has put there since
		return s, explain(ctx, p.file, err, "make a new file for it")
	}
	c := newCatalog(place{file: unfinished, locks: p.locks}, g, o)
	if err = c.open(ctx); err == nil {
		s, err = c.salvage(ctx, p.file, told)
	}
	if err := errors.Join(err, c.disconnect()); err != nil {
		return s, err
	}
	// Closing folds the log into the file, and does not tell when it cannot.
	switch left, err := leftBehind(unfinished); {
	case err != nil:
		return s, explain(ctx, p.file, err, "find the log of what was rebuilt")
	case left:
		return s, fmt.Errorf("catalog %q: what was rebuilt is not all in %q; the disk may be full or another program "+
			"may have it open; run the same command again: %w", p.file, unfinished, ErrFull)
	}
	err = errors.Join(os.Rename(unfinished, p.file+rebuilt), disk.SyncDirectory(filepath.Dir(p.file)))
	if err != nil {
		return s, explain(ctx, p.file, err, "give what was rebuilt its name")
	}
	return s, nil
}

// nameOfUnfinished returns a name that nothing has, for a catalog while it is rebuilt. An
// earlier try is removed. If it cannot be, because another program has it open, it keeps
// its name until another time.
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

// swap puts a catalog that was rebuilt in the place of the damaged one, which it
// puts aside. It does nothing if there is none, and may be repeated after a crash.
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
	// The old log must be gone for good before the new file has its name.
	dir := filepath.Dir(file)
	if err := disk.SyncDirectory(dir); err != nil {
		return "", err
	}
	return aside, errors.Join(os.Rename(file+rebuilt, file), disk.SyncDirectory(dir))
}

// setAside gives a catalog a name that nothing else has, and returns it; an empty
// one if there is only an empty file, as is made for who comes after a crash.
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
	_ = os.Remove(aside) // an empty file keeps nobody from anything
	return "", nil
}

func taken(aside string) bool {
	for _, log := range logs() {
		if _, err := os.Lstat(aside + log); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}
