package sqlite

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"firn/internal/disk"
)

// rewriteLog copies a log that a process left behind into a new file and flushes that. A
// flush of the old log may have failed. What can be read of it is then not on the disk, and
// another flush of the same file would not write it. SQLite trusts what it reads and
// appends to it; a power loss would lose both.
//
// The caller has access alone. If rewriteLog fails with ErrFull, nothing may be written to
// the log.
func rewriteLog(path string) error {
	left, err := hasLog(path)
	if err != nil || !left {
		return err
	}
	log, err := os.Open(path + "-wal")
	if err != nil {
		return err
	}
	defer log.Close()
	copied := path + "-wal.new"
	if err := copyLog(copied, log); err != nil {
		return fmt.Errorf("%w: %w", ErrFull, errors.Join(err, os.Remove(copied)))
	}
	if err := log.Close(); err != nil { // Windows replaces no open file
		return err
	}
	return errors.Join(os.Rename(copied, path+"-wal"), disk.SyncDirectory(filepath.Dir(path)))
}

// copyLog writes the log into a new file. A file of that name is from a process that died,
// or a link that another user put there; copyLog removes it.
func copyLog(to string, log io.Reader) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, log)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
