package disk

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Link adds the name to in dir to the open file f, which has the name name in dir. It never
// replaces an existing file. If the system supports it, Link links f itself; otherwise it
// links the file that has the name now, and the caller must check that it is f.
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
