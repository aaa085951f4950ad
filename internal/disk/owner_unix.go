//go:build !windows

package disk

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// CheckOwner returns ErrNotOurs for a file or directory that belongs to another user than
// the current one and root, since its owner can change it whatever its mode is.
func CheckOwner(info fs.FileInfo) error {
	is, ok := info.Sys().(*syscall.Stat_t)
	if self := os.Geteuid(); ok && is.Uid != 0 && is.Uid != uint32(self) {
		return fmt.Errorf("%w (uid %d, and this runs as uid %d)", ErrNotOurs, is.Uid, self)
	}
	return nil
}
