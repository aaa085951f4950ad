//go:build !linux && !darwin

package source

import (
	"io/fs"
	"time"
)

// inode returns nothing: on this system, size and modification time must suffice.
func inode(fs.FileInfo) (number uint64, change time.Time) { return 0, time.Time{} }
