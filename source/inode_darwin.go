package source

import (
	"io/fs"
	"syscall"
	"time"
)

// inode returns the number of the inode and its change time. The change time reveals an edit in
// place after which the old modification time was restored.
func inode(info fs.FileInfo) (number uint64, change time.Time) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, time.Time{}
	}
	return stat.Ino, time.Unix(stat.Ctimespec.Unix()).UTC()
}
