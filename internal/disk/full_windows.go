package disk

import (
	"errors"

	"golang.org/x/sys/windows"
)

// IsFull reports whether err says that there was no room for a write: the file system or
// the user's quota is full, or the file may not become that large.
func IsFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED) || errors.Is(err, windows.ERROR_FILE_TOO_LARGE)
}
