//go:build linux || darwin || freebsd

package walk

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// maxXattrs limits the extended attributes of a file, with their names.
const maxXattrs = 256 << 10

// collect reads attributes with the system calls of an open file or of a path.
func collect(list func([]byte) (int, error), get func(string, []byte) (int, error)) ([]Xattr, error) {
	all, err := sized(list)
	if err != nil || len(all) == 0 {
		return nil, ignorable(err)
	}
	var found []Xattr
	total := 0
	for name := range bytes.SplitSeq(bytes.TrimSuffix(all, []byte{0}), []byte{0}) {
		value, err := sized(func(b []byte) (int, error) { return get(string(name), b) })
		if errors.Is(err, errNoXattr) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("read the extended attribute %q: %w", name, err)
		}
		if total += len(name) + len(value); total > maxXattrs {
			return nil, fmt.Errorf("its extended attributes have more than %d bytes", maxXattrs)
		}
		found = append(found, Xattr{string(name), value})
	}
	slices.SortFunc(found, func(a, b Xattr) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

// sized calls read with a buffer of the size that it asks for.
func sized(read func([]byte) (int, error)) ([]byte, error) {
	for range 10 {
		n, err := read(nil)
		if err != nil || n == 0 {
			return nil, err
		}
		if n > maxXattrs {
			return nil, fmt.Errorf("it has more than %d bytes", maxXattrs)
		}
		buf := make([]byte, n)
		n, err = read(buf)
		if !errors.Is(err, unix.ERANGE) { // else it has grown meanwhile
			return buf[:max(n, 0)], err
		}
	}
	return nil, ErrChanged
}

// ignorable hides the error of a file system without extended attributes.
func ignorable(err error) error {
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	return err
}

// own returns the extended attributes of the directory itself.
func (h handle) own() ([]Xattr, error) {
	return collect(
		func(b []byte) (int, error) { return unix.Flistxattr(h.fd, b) },
		func(name string, b []byte) (int, error) { return unix.Fgetxattr(h.fd, name, b) },
	)
}

// opened reads the extended attributes of a regular file by opening it. Other types have
// none that can be read without following links or opening devices.
func (h handle) opened(name string, e *Entry) ([]Xattr, error) {
	if e.Type != Regular {
		return nil, nil
	}
	fd, err := openAt(h.fd, name, openFlags|unix.O_NOFOLLOW)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	now, err := handle{fd}.stat()
	if err != nil {
		return nil, err
	}
	if now.id() != e.id() {
		return nil, ErrChanged
	}
	return handle{fd}.own()
}
