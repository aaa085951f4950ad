package walk

import (
	"strconv"

	"golang.org/x/sys/unix"
)

const errNoXattr = unix.ENODATA

// xattrs returns the extended attributes of a file in the directory. The path through /proc
// begins at the open directory, so no link is followed and no file is opened.
func (h handle) xattrs(name string, e *Entry) ([]Xattr, error) {
	dir := "/proc/self/fd/" + strconv.Itoa(h.fd)
	path := dir + "/" + name
	found, err := collect(
		func(b []byte) (int, error) { return unix.Llistxattr(path, b) },
		func(name string, b []byte) (int, error) { return unix.Lgetxattr(path, name, b) },
	)
	if err != nil && unix.Access(dir, unix.F_OK) != nil { // there is no /proc
		return h.opened(name, e)
	}
	return found, err
}
