package disk

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Link gives the open file f, which is called name in dir, the further name to there. It
// never replaces a file that is there. Where the system can, the link is of f itself, and
// else of whatever is called name: then the caller looks which file it was.
func Link(f *os.File, dir *os.Root, name, to string) error {
	if unix.Access("/proc/self/fd", unix.F_OK) != nil { // there is no /proc
		return dir.Link(name, to)
	}
	d, err := dir.Open(".")
	if err != nil {
		return err
	}
	from, errFile := f.SyscallConn()
	in, errDir := d.SyscallConn()
	if err := errors.Join(errFile, errDir); err != nil {
		return errors.Join(err, d.Close())
	}
	var refused error
	err = from.Control(func(file uintptr) {
		err := in.Control(func(parent uintptr) {
			refused = unix.Linkat(unix.AT_FDCWD, "/proc/self/fd/"+strconv.FormatUint(uint64(file), 10),
				int(parent), to, unix.AT_SYMLINK_FOLLOW)
		})
		refused = errors.Join(refused, err)
	})
	if err = errors.Join(err, d.Close()); err == nil && refused != nil {
		err = &os.LinkError{Op: "link", Old: name, New: to, Err: refused}
	}
	return err
}
