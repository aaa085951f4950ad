package disk

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Link gives the open file f, which is called path, the further name to. It never
// replaces a file that is there. Where the system can, the link is of f itself, and
// else of whatever lies at path: then the caller looks which file it was.
func Link(f *os.File, path, to string) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = unix.Linkat(unix.AT_FDCWD, "/proc/self/fd/"+strconv.FormatUint(uint64(fd), 10),
			unix.AT_FDCWD, to, unix.AT_SYMLINK_FOLLOW)
	})
	switch {
	case err != nil:
		return err
	case refused == nil:
		return nil
	case unix.Access("/proc/self/fd", unix.F_OK) != nil: // there is no /proc
		return os.Link(path, to)
	}
	return &os.LinkError{Op: "link", Old: path, New: to, Err: refused}
}
