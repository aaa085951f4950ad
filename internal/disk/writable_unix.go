//go:build !windows

package disk

import (
	"errors"
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// Writable returns nil if whoever runs this may make and remove names in a directory,
// else the bare reason. It writes nothing.
func Writable(dir string) error {
	return unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS)
}

// IsReadOnly reports whether err says that nothing can be written at a place: the file
// system is mounted read-only, or whoever runs this may not.
func IsReadOnly(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission)
}
