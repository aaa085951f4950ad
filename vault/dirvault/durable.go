package dirvault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"firn/internal/disk"
)

// temporary begins the names of what is on its way in or out: a tilde, then
// something random. No id and no vault name begins so, and whatever is called
// so is removed when a vault is opened.
const temporary = "~"

// replaceFile puts data in the place of the file called name, as fillFile does.
func replaceFile(dir *os.Root, name string, data []byte) error {
	return fillFile(dir, name, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// fillFile lets fill write a file under a temporary name and renames it to name,
// with the flushes that make it whole or absent after a power loss.
func fillFile(dir *os.Root, name string, fill func(*os.File) error) error {
	temp := path.Join(path.Dir(name), temporaryName())
	if path.Dir(name) == archivesDir {
		temp = temporaryName() // where it is found after a kill without reading millions of names
	}
	if err := createFile(dir, temp, fill); err != nil {
		return errors.Join(err, removeIfThere(dir, temp))
	}
	if err := dir.Rename(temp, name); err != nil {
		return errors.Join(err, removeIfThere(dir, temp))
	}
	return syncDir(dir, path.Dir(name))
}

func createFile(dir *os.Root, name string, fill func(*os.File) error) error {
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = fill(f)
	if err == nil {
		err = flush(f)
	}
	return errors.Join(err, f.Close())
}

// hide gives a directory a temporary name, which it returns. This is what
// counts: a kill from now on leaves nothing that could be taken for the
// directory.
func hide(dir *os.Root, name string) (string, error) {
	temp := path.Join(path.Dir(name), temporaryName())
	return temp, dir.Rename(name, temp)
}

// removeHidden removes a directory that was hidden, which takes as long as the system
// needs to free what may be terabytes.
func removeHidden(dir *os.Root, temp string) error {
	if err := syncDir(dir, path.Dir(temp)); err != nil {
		return err
	}
	return dir.RemoveAll(temp)
}

// syncDir flushes the names in a directory, so that what was created, renamed or removed
// there stays so after a power loss.
func syncDir(dir *os.Root, name string) error {
	if err := disk.SyncDirectoryIn(dir, name); err != nil {
		return fmt.Errorf("directory %q %w: %w", name, errNotFlushed, err)
	}
	return nil
}

func removeIfThere(dir *os.Root, name string) error {
	if err := dir.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncName flushes the name that a directory has in its parent. A parent that may not be
// read is not one in which a vault was made.
func syncName(dir string) error {
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
	err = syncDir(parent, ".")
	if errors.Is(err, fs.ErrPermission) {
		err = nil
	}
	return errors.Join(err, parent.Close())
}

// isThere reports whether there is something called name.
func isThere(dir *os.Root, name string) (bool, error) {
	switch _, err := dir.Lstat(name); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return false, err
	}
}

// eachEntry calls visit with every name in a directory, in no order and without
// holding them all, until visit returns false.
func eachEntry(dir *os.Root, name string, visit func(name string) (bool, error)) error {
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

func isTemporary(name string) bool {
	id, marked := strings.CutPrefix(name, temporary)
	return marked && validID(id, uploadIDLength)
}

func temporaryName() string { return temporary + newID() }

// errNotFlushed is in the error of a failed flush. What the system then still
// holds of the file may differ from what is on the disk, and flushing again may
// succeed without having written anything. So nobody goes on with such a file
// until it was opened anew (see gate.abandoned).
var errNotFlushed = errors.New("could not be flushed to the disk; open the vault again to go on")

func flush(f *os.File) error {
	if err := f.Sync(); err != nil {
		return fmt.Errorf("%s %w: %w", f.Name(), errNotFlushed, err)
	}
	return nil
}
