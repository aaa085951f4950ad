package tree

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"firn/record"
)

type unixStat = syscall.Stat_t

func makeSpecial(dir *os.Root, name string, f record.File) error {
	return inDirectory(dir, func(fd int) error {
		return unix.Mknodat(fd, name, typeOf(f.Kind)|0o600, int(unix.Mkdev(f.More.Major, f.More.Minor)))
	})
}
