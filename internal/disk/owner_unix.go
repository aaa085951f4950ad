//go:build !windows

package disk

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// CheckOwner refuses a file or directory that belongs to another user, who can change it
// whatever its mode is. Everybody is in the hands of root.
func CheckOwner(info fs.FileInfo) error {
	is, ok := info.Sys().(*syscall.Stat_t)
	if self := os.Geteuid(); ok && is.Uid != 0 && is.Uid != uint32(self) {
		return fmt.Errorf("it belongs to another user (uid %d, and this runs as uid %d)", is.Uid, self)
	}
	return nil
}
