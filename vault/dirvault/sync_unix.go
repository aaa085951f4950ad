//go:build !windows

package dirvault

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// syncDir flushes the names in a directory, so that what was created, renamed
// or removed there stays so after a power loss. File systems that have no such
// operation (some network ones) keep names in their own way.
func syncDir(dir *os.Root, name string) error {
	d, err := dir.Open(name)
	if err != nil {
		return fmt.Errorf("directory %q %w: %w", name, errNotFlushed, err)
	}
	err = flush(d)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
