//go:build !windows

package disk

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// NoFollow is a flag of os.OpenFile: the call fails if the path is a symbolic link.
const NoFollow = unix.O_NOFOLLOW

// Lock takes the lock of f, which only one process can hold, whatever name of the file it
// uses. It returns false if another process holds it. The lock ends when f is closed. The
// error wraps errors.ErrUnsupported if the file system has no locks. The lock is advisory:
// it prevents no write.
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
