package download

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"firn/internal/disk"
	"firn/treehash"
	"firn/vault"
)

// target is the file that a download becomes. Its directory is opened once, and every
// file is reached through it: another user who may write above it cannot lead a download
// elsewhere by putting a symbolic link in its place.
type target struct {
	room  *os.Root // the directory
	dir   string   // its path, absolute and without symbolic links
	name  string   // of the file in it
	path  string   // of the file, for the record and for people
	force bool
}

// newTarget opens the directory of the file, which must be there. If below is not nil, the
// path is relative to it, and no symbolic link leads out of it. The caller closes room.
func newTarget(path string, below *os.Root, force bool) (*target, error) {
	full := path
	if below != nil {
		full = filepath.Join(below.Name(), path)
	}
	absolute, err := filepath.Abs(full)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	dir, openRoot := filepath.Dir(absolute), os.OpenRoot
	if below != nil {
		dir, openRoot = filepath.Dir(path), below.OpenRoot
	}
	t := &target{name: filepath.Base(absolute), force: force}
	t.room, err = openRoot(dir)
	if err == nil {
		if t.dir, err = filepath.EvalSymlinks(filepath.Dir(absolute)); err != nil {
			err = errors.Join(err, t.room.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the directory of %q: %w", path, err)
	}
	t.path = filepath.Join(t.dir, t.name)
	if info, err := t.room.Lstat(t.name); err == nil && info.IsDir() {
		return nil, errors.Join(fmt.Errorf("%q is a directory: %w", path, vault.ErrInvalid), t.room.Close())
	}
	return t, nil
}

// part is the name of the unfinished file, beside the target.
func (t *target) part() string { return t.name + ".part" }

// partPath is its path, for people.
func (t *target) partPath() string { return t.path + ".part" }

// refuse is the error of a target that is there and must not be replaced, unless
// its bytes may yet turn out to be the right ones.
func (t *target) refuse(mayBeRight bool) error {
	if t.force || mayBeRight {
		return nil
	}
	switch _, err := t.room.Lstat(t.name); {
	case err == nil:
		return fmt.Errorf("%q %w and is not what is downloaded", t.path, vault.ErrExists)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return err
	}
}

// size returns the bytes of the target if it is a file, else -1.
func (t *target) size() (int64, error) {
	info, err := t.room.Lstat(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return -1, nil
	case err != nil:
		return -1, err
	case !info.Mode().IsRegular():
		return -1, t.refuse(false)
	}
	return info.Size(), nil
}

// open opens the target for reading.
func (t *target) open() (*os.File, error) {
	return t.room.OpenFile(t.name, os.O_RDONLY|disk.NoFollow, 0)
}

// hash reads the target for its tree hash.
func (t *target) hash(ctx context.Context) (treehash.Hash, error) {
	f, err := t.open()
	if err != nil {
		return treehash.Hash{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return treehash.Hash{}, err
	}
	return treehash.TreeAt(ctx, f, info.Size(), runtime.GOMAXPROCS(0))
}

// flush makes the target and its name durable. Whoever placed it may have ended
// before that.
func (t *target) flush() error {
	f, err := t.room.OpenFile(t.name, toFlush|disk.NoFollow, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("flushing %q: %w", t.path, err)
	}
	return disk.SyncDirectoryIn(t.room, ".")
}

// removeTwin removes the unfinished file if it is the target itself: a run ended
// between giving it its name and taking the other one away.
func (t *target) removeTwin() error {
	whole, err := t.room.Lstat(t.name)
	if err != nil {
		return err
	}
	if part, err := t.room.Lstat(t.part()); err == nil && os.SameFile(whole, part) {
		return t.room.Remove(t.part())
	}
	return nil
}

// place gives the unfinished file, which is flushed, its name, and flushes that. A
// file that appeared meanwhile is not replaced without force: a link, unlike a
// rename, never replaces anything. What gets the name is the very file that was
// written, or the error says so.
func (t *target) place(p *partFile) error {
	if err := p.checkName(); err != nil {
		return err
	}
	err := t.link(p)
	if err != nil {
		return err
	}
	return disk.SyncDirectoryIn(t.room, ".")
}

// link names the file and takes the other name away.
func (t *target) link(p *partFile) error {
	if !t.force {
		err := disk.Link(p.file, t.room, p.name, t.name)
		if err == nil {
			if err := t.checkPlaced(p); err != nil {
				return errors.Join(err, t.removeWrong(p))
			}
			return p.removeName()
		}
		if err := t.refuse(false); err != nil {
			return err
		}
		// A file system without links.
	}
	if !renamesOpenFiles {
		if err := p.close(); err != nil {
			return err
		}
	}
	if err := t.room.Rename(p.name, t.name); err != nil {
		return err
	}
	return t.checkPlaced(p)
}

// removeWrong takes the target's name from what was linked instead of the file that
// was written, which lies where that was. Any other file at the target is another
// program's, renamed to it since, and stays.
func (t *target) removeWrong(p *partFile) error {
	there, err := t.room.Lstat(t.name)
	if err != nil {
		return err
	}
	if wrong, err := t.room.Lstat(p.name); err != nil || !os.SameFile(there, wrong) {
		return nil //nolint:nilerr // it is not known as what was linked
	}
	return t.room.Remove(t.name)
}

// checkPlaced makes sure that the reported path leads to the file that was written. The
// directory may have been moved meanwhile.
func (t *target) checkPlaced(p *partFile) error {
	there, err := os.Lstat(t.path)
	if err != nil {
		return err
	}
	if !os.SameFile(there, p.info) {
		return fmt.Errorf("%q is not the file that was downloaded: it, %q or their directory was replaced meanwhile: %w", t.path, p.path, errMoved)
	}
	return nil
}
