package disk

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// SyncDirectory makes the entries of dir durable. Windows always does that and refuses the
// request. Some network file systems have no such operation; SyncDirectory ignores that.
func SyncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	return syncOpened(d, err, dir)
}

// SyncDirectoryIn is SyncDirectory of a directory below root.
func SyncDirectoryIn(root *os.Root, dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := root.Open(dir)
	return syncOpened(d, err, dir)
}

func syncOpened(d *os.File, err error, dir string) error {
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	if err := errors.Join(err, d.Close()); err != nil {
		return fmt.Errorf("flushing the directory %q: %w", dir, err)
	}
	return nil
}
