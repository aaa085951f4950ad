package download

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"firn/internal/disk"
	"firn/vault"
)

// The unfinished file is locked itself, whatever it is called: processes with other
// catalogs, and paths that lead to it through links, are kept apart as well. Who
// has the lock looks whether the name is still that of the file: meanwhile its last
// owner may have finished it and given it another one.

// errMoved is what checkName finds.
var errMoved = errors.New("another program has moved or removed it")

// mostHolds bounds how often a name is tried that other programs change.
const mostHolds = 100

// openPart opens and locks the unfinished file; it returns nil if there is none. The
// file may be anybody's.
func (t *target) openPart(want vault.Range) (*partFile, error) {
	path := t.partPath()
	for range mostHolds {
		info, err := t.room.Lstat(t.part())
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil
		case err != nil:
			return nil, err
		case !info.Mode().IsRegular():
			return nil, fmt.Errorf("%q %w and is no file", path, vault.ErrExists)
		}
		p, err := t.hold(os.O_RDWR, want)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, errMoved):
			continue
		case errors.Is(err, fs.ErrPermission):
			return nil, fmt.Errorf("%q %w, and firn may not write it: %w", path, vault.ErrExists, err)
		}
		return p, err
	}
	return nil, fmt.Errorf("%q is created and removed again and again: %w", path, vault.ErrLocked)
}

// createPart makes and locks a new unfinished file, which only its owner may read:
// nobody has said yet that its bytes are right.
func (t *target) createPart(want vault.Range) (*partFile, error) {
	p, err := t.hold(os.O_RDWR|os.O_CREATE|os.O_EXCL, want)
	switch {
	case errors.Is(err, errMoved), errors.Is(err, fs.ErrExist):
		return nil, fmt.Errorf("another process has just created %q: %w", t.partPath(), vault.ErrLocked)
	case err != nil:
		return nil, err
	}
	return p, nil
}

// hold opens the unfinished file and makes it the caller's.
func (t *target) hold(flags int, want vault.Range) (*partFile, error) {
	f, err := t.room.OpenFile(t.part(), flags|disk.NoFollow, 0o600)
	if err != nil {
		return nil, err
	}
	return t.own(f, want)
}

// own locks the unfinished file, which was opened, or closes it. If the name is not that
// of the file when it has the lock, the error wraps errMoved.
func (t *target) own(f *os.File, want vault.Range) (p *partFile, err error) {
	p = &partFile{file: f, room: t.room, name: t.part(), path: t.partPath(), want: want}
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

// lock fails with vault.ErrLocked if another process has the lock.
func (p *partFile) lock() error {
	locked, err := disk.Lock(p.file)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		p.unlocked = true
		return nil
	case err != nil:
		return err
	case !locked:
		return fmt.Errorf("another process writes %q: %w", p.path, vault.ErrLocked)
	}
	return nil
}

// checkName looks whether the file still has its name. The error wraps errMoved,
// and vault.ErrExists if another one has it.
func (p *partFile) checkName() error {
	there, err := p.room.Lstat(p.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%q is not there any more: %w", p.path, errMoved)
	case err != nil:
		return err
	case !os.SameFile(there, p.info):
		return fmt.Errorf("%q is not the file any more that was written: %w, and another file %w there", p.path, errMoved, vault.ErrExists)
	}
	return nil
}
