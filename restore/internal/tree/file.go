package tree

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"

	"firn/internal/disk"
	"firn/record"
	"firn/vault"
)

// File is a regular file that is being written, under a temporary name. One of Finish, Suspend
// and Remove ends it.
type File struct {
	tree       *Tree
	dir        *os.Root
	file       *os.File // nil: closed
	path       string   // for errors
	base, temp string   // names in dir
}

// temporary is how the temporary names begin.
const temporary = ".firn-restore-"

// temp returns the temporary name of a file: the same in each run, so that a later run finds
// the file of one that was killed.
func temp(name string, digest record.Digest) string {
	sum := sha256.Sum256(append(digest[:], name...))
	return temporary + hex.EncodeToString(sum[:10])
}

// Create begins a file of which nothing is kept from an earlier run. The directories above it
// exist.
func (t *Tree) Create(name string, digest record.Digest) (*File, error) {
	return t.create(name, digest, false)
}

// Continue begins a file, or opens the one that an earlier run has suspended.
func (t *Tree) Continue(name string, digest record.Digest) (*File, error) {
	return t.create(name, digest, true)
}

func (t *Tree) create(name string, digest record.Digest, keep bool) (*File, error) {
	dir, base, err := t.parent(name)
	if err != nil {
		return nil, err
	}
	f := &File{tree: t, dir: dir, path: name, base: base, temp: temp(name, digest)}
	f.file, err = f.open(keep)
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return f, nil
}

func (f *File) open(keep bool) (*os.File, error) {
	const create = os.O_RDWR | os.O_CREATE | os.O_EXCL | disk.NoFollow
	for range 3 {
		file, err := f.dir.OpenFile(f.temp, create, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
		if keep {
			if file, err := reopen(f.dir, f.temp, os.O_RDWR); file != nil || err != nil {
				return file, err
			}
		}
		if err := f.dir.Remove(f.temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return nil, vault.Errorf(vault.ErrExists, "%q appears again and again", f.temp)
}

// reopen opens a file by its temporary name; nil: there is no regular file. If a run was killed
// after the file had got its mode, its owner may need another mode.
func reopen(dir *os.Root, temp string, flag int) (*os.File, error) {
	info, err := dir.Lstat(temp)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil //nolint:nilerr // whatever it is, it cannot be used
	}
	file, err := dir.OpenFile(temp, flag|disk.NoFollow, 0)
	if errors.Is(err, fs.ErrPermission) && dir.Chmod(temp, 0o600) == nil {
		file, err = dir.OpenFile(temp, flag|disk.NoFollow, 0)
	}
	return file, err
}

// WriteAt writes a part of the content.
func (f *File) WriteAt(p []byte, offset int64) (int, error) { return f.file.WriteAt(p, offset) }

// ReadAt reads what was written.
func (f *File) ReadAt(p []byte, offset int64) (int, error) { return f.file.ReadAt(p, offset) }

// Truncate gives the file its size. What was not written is a hole.
func (f *File) Truncate(size int64) error { return f.file.Truncate(size) }

// Finish gives the file its size, its attributes and its name, after its content was verified.
// A part of it that was not written is a hole. The flaw says which attributes could not be set.
// After an error, the file is gone.
func (f *File) Finish(size int64, of record.File) (flaw, err error) {
	err = f.file.Truncate(size)
	if err == nil {
		flaw = f.tree.setAttributes(f.dir, f.temp, f.file, of)
		err = f.file.Sync()
	}
	if err == nil {
		err = f.giveName()
	}
	if err != nil {
		return nil, errors.Join(err, f.Remove())
	}
	return flaw, f.dir.Close()
}

// giveName gives the file its name, removes the temporary one, and closes the file: some systems
// remove no name of an open file.
func (f *File) giveName() error {
	if !f.tree.Force {
		err := disk.Link(f.file, f.dir, f.temp, f.base)
		if err == nil {
			return errors.Join(f.closeFile(), f.dir.Remove(f.temp))
		}
		if info, err := f.dir.Lstat(f.base); err == nil {
			return exists(f.path, info)
		}
		// The file system has no links.
	}
	if err := errors.Join(f.checkTemp(), f.closeFile()); err != nil {
		return err
	}
	return f.tree.replace(f.dir, f.temp, f.base, f.path)
}

// checkTemp returns an error if the temporary name is not that of the file any more: what has it is
// not verified.
func (f *File) checkTemp() error {
	own, err := f.file.Stat()
	if err != nil {
		return err
	}
	named, err := f.dir.Lstat(f.temp)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(own, named) {
		return vault.Errorf(vault.ErrLocked, "another restore writes %q", f.path)
	}
	return err
}

// closeFile closes the file, once.
func (f *File) closeFile() error {
	if f.file == nil {
		return nil
	}
	file := f.file
	f.file = nil
	return file.Close()
}

// replace renames a file. The name may be that of another file only with Force, and never that
// of a directory.
func (t *Tree) replace(dir *os.Root, from, to, path string) error {
	switch info, err := dir.Lstat(to); {
	case err == nil && (info.IsDir() || !t.Force):
		return exists(path, info)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return dir.Rename(from, to)
}

// Suspend closes the file. Continue opens it again, also in another process.
func (f *File) Suspend() error { return errors.Join(f.closeFile(), f.dir.Close()) }

// Remove gives the file up.
func (f *File) Remove() error {
	err := f.closeFile()
	if errRemove := f.dir.Remove(f.temp); !errors.Is(errRemove, fs.ErrNotExist) {
		err = errors.Join(err, errRemove)
	}
	return errors.Join(err, f.dir.Close())
}
