package disk

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// Free returns the number of bytes that the current user may still write to the disk that
// holds path.
func Free(path string) (int64, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, fmt.Errorf("reading the free space at %q: %w", path, err)
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, fmt.Errorf("reading the free space at %q: %w", path, err)
	}
	return int64(free), nil
}
