package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"firn/internal/disk"
	"firn/vault"
)

// location says where a catalog lies.
type location struct {
	file  string // absolute, without symbolic links
	locks string // directory of the lock files, beside the file
}

// locate creates the directories and the file of a catalog where they are missing,
// private to the user. It refuses a file system on which SQLite cannot work safely.
//
// It does not open an existing file: on Unix, closing that file would release the locks
// that SQLite holds on it elsewhere in this process.
func locate(path string) (location, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return location{}, fmt.Errorf("catalog %q: cannot find its absolute path: %w", path, err)
	}
	if err := makeDirectory(filepath.Dir(abs)); err != nil {
		return location{}, fmt.Errorf("catalog %q: cannot create its directory: %w", path, err)
	}
	if err := createFile(abs); err != nil {
		return location{}, fmt.Errorf("catalog %q: cannot create it: %w", path, err)
	}
	file, err := follow(path, abs)
	if err != nil {
		return location{}, err
	}
	if err := makeNamesDurable(abs); err != nil {
		return location{}, fmt.Errorf("catalog %q: cannot flush its directory to the disk: %w", path, err)
	}
	locks := filepath.Join(filepath.Dir(file), "locks")
	if err := makeDirectory(locks); err != nil {
		return location{}, fmt.Errorf("catalog %q: cannot create the directory for its locks: %w", path, err)
	}
	return location{file: file, locks: locks}, nil
}

// follow returns the file that the absolute path abs leads to. It refuses a link that another
// user made, and a file system on which SQLite cannot work safely. path is the name for errors.
func follow(path, abs string) (string, error) {
	if err := checkLink(abs); err != nil {
		return "", fmt.Errorf("catalog %q: its path is not followed: %w", path, err)
	}
	// SQLite keeps its log beside the file that a link points to.
	file, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", fmt.Errorf("catalog %q: cannot follow its path: %w", path, err)
	}
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return "", errors.Join(vault.Errorf(vault.ErrInvalid, "catalog %q is not a file", path), err)
	}
	network, err := networkFileSystem(filepath.Dir(file))
	if err != nil {
		return "", fmt.Errorf("catalog %q: cannot determine its file system: %w", path, err)
	}
	if network != "" {
		return "", vault.Errorf(vault.ErrInvalid, "catalog %q is on %s, where processes cannot share it safely; "+
			"choose a place on a local disk", path, network)
	}
	return file, nil
}

// checkLink refuses a symbolic link that another user made: that user would choose where
// firn writes.
func checkLink(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return err
	}
	if err := disk.CheckOwner(info); err != nil {
		return fmt.Errorf("the symbolic link %q: %w", path, err)
	}
	return nil
}

// createFile creates an empty file of mode 0600 unless the path exists. SQLite gives its
// log the mode of this file.
func createFile(path string) error {
	if err := createNew(path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// createNew is createFile for a path that must not exist.
func createNew(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// makeNamesDurable makes the name of a file that is still empty durable, and the names of the
// directories above it: an earlier run may have created them and died. It skips a
// directory that it may not read, because firn did not create that one.
func makeNamesDurable(file string) error {
	info, err := os.Stat(file)
	if err != nil || info.Size() > 0 {
		return err
	}
	for dir, below := filepath.Dir(file), file; dir != below; dir, below = filepath.Dir(dir), dir {
		if err := disk.SyncDirectory(dir); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

// makeDirectory creates dir and its missing parents with mode 0700.
func makeDirectory(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		return &fs.PathError{Op: "mkdir", Path: dir, Err: errors.New("a file with this name exists")}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeDirectory(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
