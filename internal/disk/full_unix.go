//go:build !windows

package disk

import (
	"errors"
	"syscall"
)

// IsFull reports whether err says that there was no room for a write: the file system or
// the user's quota is full, or the file may not become that large.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
