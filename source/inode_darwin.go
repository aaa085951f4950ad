package source

import (
	"io/fs"
	"syscall"
	"time"
)

// inode returns the inode number and its change time, which tell a file that
// was edited in place and given its old modification time back.
func inode(info fs.FileInfo) (number uint64, change time.Time) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, time.Time{}
	}
	return stat.Ino, time.Unix(stat.Ctimespec.Unix()).UTC()
}
