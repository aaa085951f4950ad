package download

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"firn/internal/disk"
	"firn/vault"
)

// The lock is on the unfinished file itself. So it also excludes processes that use another
// catalog, or that reach the file by another path. A process that gets the lock checks whether
// the name still leads to the file: the last owner may have finished and renamed it
// meanwhile.

// errMoved means that the file no longer has its name; see checkName.
var errMoved = errors.New("another program has moved or removed it")

// maxOpens is the number of attempts to open a name that other programs change.
const maxOpens = 100

// openPart opens and locks the unfinished file. It returns nil if there is none. The file may
// belong to any program.
func (t *target) openPart(want vault.Range) (*partFile, error) {
	path := t.partPath()
	for range maxOpens {
		info, err := t.root.Lstat(t.part())
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil
		case err != nil:
			return nil, err
		case !info.Mode().IsRegular():
			return nil, fmt.Errorf("%q %w and is not a file", path, vault.ErrExists)
		}
		p, err := t.openLocked(os.O_RDWR, want)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, errMoved):
			continue
		case errors.Is(err, fs.ErrPermission):
			return nil, fmt.Errorf("%q %w, and firn may not write it: %w", path, vault.ErrExists, err)
		}
		return p, err
	}
	return nil, vault.Errorf(vault.ErrLocked, "another program creates and removes %q again and again", path)
}

// createPart creates and locks a new unfinished file. Only its owner may read it, because its
// bytes are not verified yet.
func (t *target) createPart(want vault.Range) (*partFile, error) {
	p, err := t.openLocked(os.O_RDWR|os.O_CREATE|os.O_EXCL, want)
	switch {
	case errors.Is(err, errMoved), errors.Is(err, fs.ErrExist):
		return nil, vault.Errorf(vault.ErrLocked, "another process has just created %q", t.partPath())
	case err != nil:
		return nil, err
	}
	return p, nil
}

// openLocked opens and locks the unfinished file.
func (t *target) openLocked(flags int, want vault.Range) (*partFile, error) {
	f, err := t.root.OpenFile(t.part(), flags|disk.NoFollow, 0o600)
	if err != nil {
		return nil, err
	}
	return t.lockPart(f, want)
}

// lockPart locks the open unfinished file, or closes it. If the name belongs to another file
// when it has the lock, the error wraps errMoved.
func (t *target) lockPart(f *os.File, want vault.Range) (p *partFile, err error) {
	p = &partFile{file: f, root: t.root, name: t.part(), path: t.partPath(), want: want}
	if p.info, err = f.Stat(); err == nil {
		err = p.lock()
	}
	if err == nil {
		err = p.checkName()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

// lock returns vault.ErrLocked if another process has the lock.
func (p *partFile) lock() error {
	locked, err := disk.Lock(p.file)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		p.unlocked = true
		return nil
	case err != nil:
		return err
	case !locked:
		return vault.Errorf(vault.ErrLocked, "another process writes %q", p.path)
	}
	return nil
}

// checkName checks whether the file still has its name. The error wraps errMoved and, if
// another file has the name, vault.ErrExists.
func (p *partFile) checkName() error {
	there, err := p.root.Lstat(p.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%q is not there any more: %w", p.path, errMoved)
	case err != nil:
		return err
	case !os.SameFile(there, p.info):
		return fmt.Errorf("%q is no longer the file that was written: %w, and another file %w there", p.path, errMoved, vault.ErrExists)
	}
	return nil
}
