package catalog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"firn/internal/disk"
)

// renewLog writes a log anew that a process left behind. What can be read of it may not be
// on the disk: a flush may have failed, and another would write nothing. SQLite believes
// what it reads, and what it adds behind that would be lost with it. Nobody has the catalog
// open. If that fails, ErrFull is in the error, and nothing may be written to the log.
func renewLog(path string) error {
	left, err := leftBehind(path)
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

// copyLog writes a file that was not there: what lies at the name is from a process
// that ended meanwhile, or a link that somebody put there.
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
