// Package durable writes the files of a vault so that each is whole or absent after a
// power loss, and its JSON documents in one form only.
package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"firn/internal/disk"
	"firn/vault/dirvault/internal/layout"
)

// ReplaceFile writes data to the file called name, as FillFile does.
func ReplaceFile(dir *os.Root, name string, data []byte) error {
	return FillFile(dir, name, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// FillFile lets fill write a file under a temporary name and renames it to name,
// with the flushes that make it whole or absent after a power loss.
func FillFile(dir *os.Root, name string, fill func(*os.File) error) error {
	temp := path.Join(path.Dir(name), layout.TemporaryName())
	if path.Dir(name) == layout.ArchivesDir {
		temp = layout.TemporaryName() // in the vault's directory, where it is found after a kill without reading millions of names
	}
	if err := CreateFile(dir, temp, fill); err != nil {
		return errors.Join(disk.ForTarget(err, path.Base(temp), name), RemoveIfThere(dir, temp))
	}
	if err := dir.Rename(temp, name); err != nil {
		return errors.Join(disk.ForTarget(err, path.Base(temp), name), RemoveIfThere(dir, temp))
	}
	return SyncDir(dir, path.Dir(name))
}

// CreateFile lets fill write a new file and flushes its bytes, but not its name.
func CreateFile(dir *os.Root, name string, fill func(*os.File) error) error {
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = fill(f)
	if err == nil {
		err = SyncFile(f)
	}
	return errors.Join(err, f.Close())
}

// Hide gives a directory a temporary name, which it returns. After that a kill leaves
// nothing that could be taken for the directory. RemoveHidden removes the rest.
func Hide(dir *os.Root, name string) (string, error) {
	temp := path.Join(path.Dir(name), layout.TemporaryName())
	return temp, dir.Rename(name, temp)
}

// RemoveHidden removes a directory that was hidden. That takes as long as the system
// needs to free its files, which may have terabytes.
func RemoveHidden(dir *os.Root, temp string) error {
	if err := SyncDir(dir, path.Dir(temp)); err != nil {
		return err
	}
	return dir.RemoveAll(temp)
}

// SyncDir flushes the names in a directory: a file that was created, renamed or removed
// there stays so after a power loss.
func SyncDir(dir *os.Root, name string) error {
	if err := disk.SyncDirectoryIn(dir, name); err != nil {
		return fmt.Errorf("directory %q %w: %w", name, ErrNotFlushed, err)
	}
	return nil
}

// SyncName flushes the name that a directory has in its parent. If the parent may not be
// read, no vault was made in it, and there is nothing to flush.
func SyncName(dir string) error {
	full, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	parent, err := os.OpenRoot(filepath.Dir(full))
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	err = SyncDir(parent, ".")
	if errors.Is(err, fs.ErrPermission) {
		err = nil
	}
	return errors.Join(err, parent.Close())
}

// ErrNotFlushed is in the error of a failed flush. After one, the system's copy of the file
// may differ from the disk's, and another flush may succeed without writing anything. So
// the file must not be used until it was opened again (see rwlock.Lock.Abandoned).
var ErrNotFlushed = errors.New("could not be flushed to the disk; open the vault again to continue")

// SyncFile flushes the bytes of a file. Its error wraps ErrNotFlushed.
func SyncFile(f *os.File) error {
	if err := f.Sync(); err != nil {
		return fmt.Errorf("%s %w: %w", f.Name(), ErrNotFlushed, err)
	}
	return nil
}

// RemoveIfThere removes a file. It is no error that there is none.
func RemoveIfThere(dir *os.Root, name string) error {
	if err := dir.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// IsThere reports whether there is a file or directory called name.
func IsThere(dir *os.Root, name string) (bool, error) {
	switch _, err := dir.Lstat(name); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return false, err
	}
}

// EachEntry calls visit with every name in a directory, in no order and without
// holding them all, until visit returns false.
func EachEntry(dir *os.Root, name string, visit func(name string) (bool, error)) error {
	f, err := dir.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		entries, err := f.ReadDir(256)
		for _, e := range entries {
			if more, err := visit(e.Name()); err != nil || !more {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
