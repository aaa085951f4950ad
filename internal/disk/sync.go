package disk

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// SyncDirectory makes the names in dir durable. Windows does that by itself and
// refuses to be asked. File systems that have no such operation (some network ones)
// keep names in their own way.
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
