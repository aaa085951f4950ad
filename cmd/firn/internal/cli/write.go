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

// WriteWhole creates a file that is complete and durable before it has its name. It replaces an
// existing file, also one that appears meanwhile, only with force. Otherwise the error wraps
// vault.ErrExists.
func WriteWhole(path string, force bool, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil && !force {
		return fmt.Errorf("%q %w", path, vault.ErrExists)
	}
	temporary := "." + filepath.Base(path) + "-"
	f, err := os.CreateTemp(filepath.Dir(path), temporary+"*") // mode 0600
	if err != nil {
		return disk.ForTarget(err, temporary, path)
	}
	err = errors.Join(write(f), f.Sync(), f.Close())
	if err == nil {
		err = name(f.Name(), path, force)
	}
	err = disk.ForTarget(err, temporary, path)
	if err := os.Remove(f.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) { // not there after a rename
		return err
	}
	return errors.Join(err, disk.SyncDirectory(filepath.Dir(path)))
}

// name gives a file its name. Without force it uses a link, because a link never replaces a
// file.
func name(temporary, path string, force bool) error {
	if !force {
		err := os.Link(temporary, path)
		if err == nil {
			return nil
		}
		if _, there := os.Lstat(path); there == nil {
			return fmt.Errorf("%q %w", path, vault.ErrExists)
		}
		// The file system has no links.
	}
	return os.Rename(temporary, path)
}
