//go:build linux || darwin || freebsd

package walk

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A handle is an open directory. All its methods name files in the directory, and follow no
// symbolic link.
type handle struct{ fd int }

const openFlags = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY

func openTop(path string) (handle, error) {
	fd, err := openAt(unix.AT_FDCWD, path, openFlags|unix.O_DIRECTORY)
	return handle{fd}, err
}

func openAt(dir int, name string, flags int) (fd int, err error) {
	for {
		if fd, err = unix.Openat(dir, name, flags, 0); !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

func (h handle) close() { _ = unix.Close(h.fd) } // it was only read

func (h handle) openDir(name string) (handle, error) {
	fd, err := openAt(h.fd, name, openFlags|unix.O_DIRECTORY|unix.O_NOFOLLOW)
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.EMLINK) {
		err = fmt.Errorf("%w: it is no directory now", ErrChanged)
	}
	return handle{fd}, err
}

// openFile opens a file to read it, and returns what it is. It does not wait for the other
// end of a named pipe.
func (h handle) openFile(name, path string) (*os.File, Entry, error) {
	fd, err := openAt(h.fd, name, openFlags|unix.O_NOFOLLOW)
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.EMLINK) {
		err = fmt.Errorf("%w: it is a symbolic link now", ErrChanged)
	}
	if err != nil {
		return nil, Entry{}, err
	}
	e, err := handle{fd}.stat()
	if err == nil {
		err = unix.SetNonblock(fd, false)
	}
	if err != nil {
		return nil, Entry{}, errors.Join(err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), path), e, nil
}

func describeOpen(f *os.File) (Entry, error) { return handle{int(f.Fd())}.stat() }

// names adds names in the directory, in any order, until the list has limit names or more.
// Then more is true, and the next call goes on.
// buf is for the entries of the system.
func (h handle) names(all *names, limit int, buf []byte) (more bool, err error) {
	var list []string
	for all.len() < limit {
		n, err := unix.ReadDirent(h.fd, buf)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n <= 0 {
			return false, err
		}
		_, _, list = unix.ParseDirent(buf[:n], -1, list[:0])
		for _, name := range list {
			all.add(name)
		}
	}
	return true, nil
}

// stat describes the directory itself.
func (h handle) stat() (Entry, error) {
	var st unix.Stat_t
	if err := unix.Fstat(h.fd, &st); err != nil {
		return Entry{}, err
	}
	var e Entry
	fill(&e, &st)
	return e, nil
}

// lstat describes a file in the directory; only its path and its attributes are missing.
func (h handle) lstat(name string, e *Entry) error {
	var st unix.Stat_t
	if err := unix.Fstatat(h.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	fill(e, &st)
	if e.Type != Symlink {
		return nil
	}
	target, err := h.readlink(name)
	e.LinkTarget = target
	return err
}

func (h handle) readlink(name string) (string, error) {
	for size := 256; size <= MaxPath; size *= 2 {
		buf := make([]byte, size)
		n, err := unix.Readlinkat(h.fd, name, buf)
		if err != nil || n < size {
			return string(buf[:max(n, 0)]), err
		}
	}
	return "", fmt.Errorf("the target of the link has more than %d bytes", MaxPath)
}

func fill(e *Entry, st *unix.Stat_t) {
	e.Type, e.Mode = typeOf(wide(st.Mode)&unix.S_IFMT), uint32(wide(st.Mode)&0o7777)
	e.ModTime = time.Unix(st.Mtim.Unix())
	e.ChangeTime = time.Unix(st.Ctim.Unix())
	e.Inode, e.Device, e.Links = st.Ino, wide(st.Dev), wide(st.Nlink)
	e.UID, e.GID = st.Uid, st.Gid
	switch e.Type {
	case Regular:
		e.Size = st.Size
	case CharDevice, BlockDevice:
		e.DevMajor, e.DevMinor = unix.Major(wide(st.Rdev)), unix.Minor(wide(st.Rdev))
	}
}

// wide returns a number whose type differs between systems.
func wide[N int32 | uint16 | uint32 | uint64](n N) uint64 { return uint64(n) }

func typeOf(format uint64) Type {
	switch format {
	case unix.S_IFREG:
		return Regular
	case unix.S_IFDIR:
		return Directory
	case unix.S_IFLNK:
		return Symlink
	case unix.S_IFCHR:
		return CharDevice
	case unix.S_IFBLK:
		return BlockDevice
	case unix.S_IFIFO:
		return Fifo
	}
	return unsupported
}
