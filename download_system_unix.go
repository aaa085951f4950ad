//go:build !windows

package firn

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// freeSpace returns how many bytes this user may still write to the file system
// that dir lies on.
func freeSpace(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return bytesOf(s.Bavail, s.Bsize), nil
}

// bytesOf multiplies numbers whose types differ from system to system.
func bytesOf[N, S int32 | int64 | uint32 | uint64](blocks N, size S) int64 {
	return int64(blocks) * int64(size)
}

// syncDir flushes the names in a directory, so that a file which was renamed
// there stays so after a power loss. File systems that have no such operation
// (some network ones) keep names in their own way.
func syncDir(dir string) error {
	d, err := os.Open(dir)
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
