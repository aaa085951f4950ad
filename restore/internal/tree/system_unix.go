//go:build linux || darwin || freebsd

package tree

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"firn/record"
)

func setXattr(f *os.File, name string, value []byte) error {
	return withFD(f, func(fd int) error { return unix.Fsetxattr(fd, name, value, 0) })
}

func setMode(f *os.File, mode os.FileMode) error { return f.Chmod(mode) }

// isOwnedBy reports whether a file has an owner and a group, by their numbers.
func isOwnedBy(f *os.File, owner record.Owner) (bool, error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	now, ok := info.Sys().(*syscall.Stat_t)
	return ok && now.Uid == owner.UID && now.Gid == owner.GID, nil
}

// setSystemAttributes sets nothing: only Windows has them.
func setSystemAttributes(*os.File, uint32) error { return nil }

func setLinkTime(dir *os.Root, name string, nanoseconds int64) error {
	at := []unix.Timespec{unix.NsecToTimespec(nanoseconds), unix.NsecToTimespec(nanoseconds)}
	return inDirectory(dir, func(fd int) error { return unix.UtimesNanoAt(fd, name, at, unix.AT_SYMLINK_NOFOLLOW) })
}

// inDirectory calls f with the descriptor of a directory.
func inDirectory(dir *os.Root, f func(fd int) error) error {
	opened, err := dir.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(withFD(opened, f), opened.Close())
}

func withFD(f *os.File, call func(fd int) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = conn.Control(func(fd uintptr) { result = call(int(fd)) })
	return errors.Join(err, result)
}
