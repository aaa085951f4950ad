//go:build !windows

package firn

import (
	"os"

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

// renamesOpenFiles is whether a file that is open may get another name.
const renamesOpenFiles = true

// toFlush is how a file is opened that is read and then flushed.
const toFlush = os.O_RDONLY
