//go:build !windows

package disk

import (
	"errors"
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// Writable returns nil if the current user may create and remove entries of a directory,
// else the reason without further text. It writes nothing.
func Writable(dir string) error {
	return unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS)
}

// IsReadOnly reports whether err says that the current user cannot write: the file system
// is mounted read-only, or the permission is missing.
func IsReadOnly(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission)
}
