package tree

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"firn/record"
)

func isSpecial(info os.FileInfo, f record.File) bool {
	now, ok := info.Sys().(*syscall.Stat_t)
	if !ok || now.Mode&unix.S_IFMT != typeOf(f.Kind) {
		return false
	}
	return f.Kind == record.Fifo || now.Rdev == unix.Mkdev(f.More.Major, f.More.Minor)
}

func makeSpecial(dir *os.Root, name string, f record.File) error {
	return inDirectory(dir, func(fd int) error {
		return unix.Mknodat(fd, name, typeOf(f.Kind)|0o600, int(unix.Mkdev(f.More.Major, f.More.Minor)))
	})
}

// typeOf returns the type of a special file in st_mode.
func typeOf(k record.FileKind) uint32 {
	switch k {
	case record.CharDevice:
		return unix.S_IFCHR
	case record.BlockDevice:
		return unix.S_IFBLK
	}
	return unix.S_IFIFO
}
