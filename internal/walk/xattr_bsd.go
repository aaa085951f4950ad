//go:build darwin || freebsd

package walk

import "golang.org/x/sys/unix"

const errNoXattr = unix.ENOATTR

// xattrs returns the extended attributes of a file in the directory.
func (h handle) xattrs(name string, e *Entry) ([]Xattr, error) { return h.opened(name, e) }
