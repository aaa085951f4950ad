//go:build !windows

package disk

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// NoFollow is a flag of os.OpenFile: a symbolic link at the path is an error.
const NoFollow = unix.O_NOFOLLOW

// Lock makes the caller the only one, among all processes on all names that the
// file has, who holds the lock of f; it reports false if somebody else does. The
// lock ends when f is closed. The error wraps errors.ErrUnsupported where the file
// system has no locks. Only those who ask are kept out: a lock stops no write.
func Lock(f *os.File) (bool, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var refused error
	err = raw.Control(func(fd uintptr) {
		for {
			if refused = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(refused, unix.EINTR) {
				return
			}
		}
	})
	switch {
	case err != nil:
		return false, err
	case refused == nil:
		return true, nil
	case errors.Is(refused, unix.EWOULDBLOCK):
		return false, nil
	case errors.Is(refused, unix.ENOLCK), errors.Is(refused, unix.EINVAL):
		refused = errors.Join(errors.ErrUnsupported, refused)
	}
	return false, fmt.Errorf("locking %q: %w", f.Name(), refused)
}
