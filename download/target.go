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

// target is the file that a download creates. Its directory is opened once, and every file is
// reached through it. So another user who may write to a directory above cannot redirect the
// download by a symbolic link.
type target struct {
	root  *os.Root // directory of the file
	dir   string   // path of the directory, absolute and without symbolic links
	name  string   // name of the file in the directory
	path  string   // path of the file, for the record and for messages
	force bool
}

// newTarget opens the directory of the file, which must exist. If below is not nil, the path is
// relative to it, and no symbolic link leads out of it. The caller closes the root.
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
	t.root, err = openRoot(dir)
	if err == nil {
		if t.dir, err = filepath.EvalSymlinks(filepath.Dir(absolute)); err != nil {
			err = errors.Join(err, t.root.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the directory of %q: %w", path, err)
	}
	t.path = filepath.Join(t.dir, t.name)
	if info, err := t.root.Lstat(t.name); err == nil && info.IsDir() {
		return nil, errors.Join(vault.Errorf(vault.ErrInvalid, "%q is a directory", path), t.root.Close())
	}
	return t, nil
}

// part returns the name of the unfinished file, beside the target.
func (t *target) part() string { return t.name + ".part" }

// partPath returns the path of the unfinished file, for messages.
func (t *target) partPath() string { return t.path + ".part" }

// refuse returns an error if the target exists and must not be replaced, unless its bytes may
// yet turn out to be the right ones.
func (t *target) refuse(mayBeRight bool) error {
	if t.force || mayBeRight {
		return nil
	}
	switch _, err := t.root.Lstat(t.name); {
	case err == nil:
		return fmt.Errorf("%q %w and is not the file of this download", t.path, vault.ErrExists)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return err
	}
}

// size returns the size of the target in bytes, or -1 if it does not exist.
func (t *target) size() (int64, error) {
	info, err := t.root.Lstat(t.name)
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

func (t *target) open() (*os.File, error) {
	return t.root.OpenFile(t.name, os.O_RDONLY|disk.NoFollow, 0)
}

// hash reads the target and returns its tree hash.
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

// flush makes the target and its name durable. The process that named it may have ended before
// its own flush.
func (t *target) flush() error {
	f, err := t.root.OpenFile(t.name, toFlush|disk.NoFollow, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("flushing %q: %w", t.path, err)
	}
	return disk.SyncDirectoryIn(t.root, ".")
}

// removeTwin removes the name of the unfinished file if it leads to the target itself: an
// earlier run ended after it had made the second name and before it removed the first.
func (t *target) removeTwin() error {
	whole, err := t.root.Lstat(t.name)
	if err != nil {
		return err
	}
	if part, err := t.root.Lstat(t.part()); err == nil && os.SameFile(whole, part) {
		return t.root.Remove(t.part())
	}
	return nil
}

// giveName gives the flushed unfinished file its name, and flushes the directory. Without force
// it replaces no file that appeared meanwhile: a link, unlike a rename, replaces nothing. If
// the name then leads to another file than the one that was written, it returns an error.
func (t *target) giveName(p *partFile) error {
	if err := p.checkName(); err != nil {
		return err
	}
	err := t.moveName(p)
	if err != nil {
		return err
	}
	return disk.SyncDirectoryIn(t.root, ".")
}

// moveName gives the file its name and removes the other name.
func (t *target) moveName(p *partFile) error {
	if !t.force {
		err := disk.Link(p.file, t.root, p.name, t.name)
		if err == nil {
			if err := t.checkNamed(p); err != nil {
				return errors.Join(err, t.removeWrong(p))
			}
			return p.removeName()
		}
		if err := t.refuse(false); err != nil {
			return err
		}
		// The file system has no links.
	}
	if !renamesOpenFiles {
		if err := p.close(); err != nil {
			return err
		}
	}
	if err := t.root.Rename(p.name, t.name); err != nil {
		return err
	}
	return t.checkNamed(p)
}

// removeWrong removes the target's name if another file was linked, which had the name of the
// unfinished file. Any other file at the target belongs to another program, and stays.
func (t *target) removeWrong(p *partFile) error {
	there, err := t.root.Lstat(t.name)
	if err != nil {
		return err
	}
	if wrong, err := t.root.Lstat(p.name); err != nil || !os.SameFile(there, wrong) {
		return nil //nolint:nilerr // it is not known to be the linked file
	}
	return t.root.Remove(t.name)
}

// checkNamed makes sure that the reported path leads to the file that was written. Another
// program may have moved the directory meanwhile.
func (t *target) checkNamed(p *partFile) error {
	there, err := os.Lstat(t.path)
	if err != nil {
		return err
	}
	if !os.SameFile(there, p.info) {
		return fmt.Errorf("%q is not the file that was downloaded: it, %q or their directory was replaced meanwhile: %w", t.path, p.path, errMoved)
	}
	return nil
}
