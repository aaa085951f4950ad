package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"firn/internal/disk"
	"firn/vault"
)

// WriteWhole makes a file that is complete and durable before it has its name. One
// that is there, or appears meanwhile, is replaced only by force; else the error
// wraps vault.ErrExists.
func WriteWhole(path string, force bool, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil && !force {
		return fmt.Errorf("%q %w", path, vault.ErrExists)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Sync(), f.Close())
	if err == nil {
		err = name(f.Name(), path, force)
	}
	if err := os.Remove(f.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) { // renamed, or worth nothing
		return err
	}
	return errors.Join(err, disk.SyncDirectory(filepath.Dir(path)))
}

// name gives a file its name. Without force it is a link, which, unlike a rename,
// never replaces anything.
func name(temporary, path string, force bool) error {
	if !force {
		err := os.Link(temporary, path)
		if err == nil {
			return nil
		}
		if _, there := os.Lstat(path); there == nil {
			return fmt.Errorf("%q %w", path, vault.ErrExists)
		}
		// A file system without links.
	}
	return os.Rename(temporary, path)
}
