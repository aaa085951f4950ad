package firn

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"firn/internal/disk"
	"firn/internal/transfer"
	"firn/treehash"
	"firn/vault"
)

// target is the file that a download becomes.
type target struct {
	path  string // absolute, the directory without symbolic links
	dir   string
	part  string // the unfinished file, beside it
	force bool
}

// newTarget looks at the place of the file. Its directory must be there.
func newTarget(path string, force bool) (*target, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(absolute))
	if err != nil {
		return nil, fmt.Errorf("the directory of %q: %w", path, err)
	}
	t := &target{dir: dir, path: filepath.Join(dir, filepath.Base(absolute)), force: force}
	t.part = t.path + ".part"
	if info, err := os.Lstat(t.path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%q is a directory: %w", path, vault.ErrInvalid)
	}
	return t, nil
}

// refuse is the error of a target that is there and must not be replaced, unless
// its bytes may yet turn out to be the right ones.
func (t *target) refuse(mayBeRight bool) error {
	if t.force || mayBeRight {
		return nil
	}
	switch _, err := os.Lstat(t.path); {
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
	info, err := os.Lstat(t.path)
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

// open opens the target, which is no link, for reading.
func (t *target) open() (*os.File, error) { return os.OpenFile(t.path, os.O_RDONLY|disk.NoFollow, 0) }

// hash reads the target for its tree hash, until a drain is asked for.
func (t *target) hash(ctx context.Context, drain <-chan struct{}) (treehash.Hash, error) {
	ctx, stop := transfer.UntilDrained(ctx, drain, 0)
	defer stop()
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
	f, err := os.OpenFile(t.path, toFlush|disk.NoFollow, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("flushing %q: %w", t.path, err)
	}
	return disk.SyncDirectory(t.dir)
}

// removeTwin removes the unfinished file if it is the target itself: a run ended
// between giving it its name and taking the other one away.
func (t *target) removeTwin() error {
	whole, err := os.Lstat(t.path)
	if err != nil {
		return err
	}
	if part, err := os.Lstat(t.part); err == nil && os.SameFile(whole, part) {
		return os.Remove(t.part)
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
	return disk.SyncDirectory(t.dir)
}

// link names the file and takes the other name away.
func (t *target) link(p *partFile) error {
	if !t.force {
		err := disk.Link(p.file, p.path, t.path)
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
	if err := os.Rename(t.part, t.path); err != nil {
		return err
	}
	return t.checkPlaced(p)
}

// removeWrong takes the target's name from what was linked instead of the file that
// was written, which lies where that was. Any other file at the target is another
// program's, renamed to it since, and stays.
func (t *target) removeWrong(p *partFile) error {
	there, err := os.Lstat(t.path)
	if err != nil {
		return err
	}
	if wrong, err := os.Lstat(p.path); err != nil || !os.SameFile(there, wrong) {
		return nil //nolint:nilerr // it is not known as what was linked
	}
	return os.Remove(t.path)
}

// checkPlaced makes sure that the target is the file that was written.
func (t *target) checkPlaced(p *partFile) error {
	there, err := os.Lstat(t.path)
	if err != nil {
		return err
	}
	if !os.SameFile(there, p.info) {
		return fmt.Errorf("%q is not the file that was downloaded: it or %q was replaced in the last moment: %w", t.path, t.part, errMoved)
	}
	return nil
}
