//go:build !windows

package disk

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Free returns the number of bytes that the current user may still write to the disk that
// holds path.
func Free(path string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, fmt.Errorf("reading the free space at %q: %w", path, err)
	}
	// The types of both fields differ from system to system.
	return int64(s.Bavail) * int64(s.Bsize), nil //nolint:unconvert // see above
}
