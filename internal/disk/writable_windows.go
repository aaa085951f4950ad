package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// Writable returns nil if whoever runs this may make and remove names in a directory,
// else why not. It makes an empty file to see that, and removes it: no other question
// has an answer that holds for all file systems.
func Writable(dir string) error {
	f, err := os.CreateTemp(dir, "~firn-*")
	if err != nil {
		return fmt.Errorf("looking whether %q can be written: %w", dir, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// IsReadOnly reports whether err says that nothing can be written at a place: the medium
// is protected against writing, or whoever runs this may not.
func IsReadOnly(err error) bool {
	return errors.Is(err, windows.ERROR_WRITE_PROTECT) || errors.Is(err, fs.ErrPermission)
}
