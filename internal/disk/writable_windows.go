package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// Writable returns nil if the current user may create and remove entries of a directory,
// else the reason. It creates an empty file and removes it, since no other test is reliable
// for all file systems.
func Writable(dir string) error {
	f, err := os.CreateTemp(dir, "~firn-*")
	if err != nil {
		return fmt.Errorf("checking whether %q can be written: %w", dir, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// IsReadOnly reports whether err says that the current user cannot write: the medium is
// write-protected, or the permission is missing.
func IsReadOnly(err error) bool {
	return errors.Is(err, windows.ERROR_WRITE_PROTECT) || errors.Is(err, fs.ErrPermission)
}
