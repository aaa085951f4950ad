package disk

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// NoFollow is a flag of os.OpenFile: a symbolic link at the path is an error.
// Windows has none.
const NoFollow = 0

// Lock makes the caller the only one, among all processes on all names that the
// file has, who holds the lock of f; it reports false if somebody else does. The
// lock ends when f is closed. The error wraps errors.ErrUnsupported where the file
// system has no locks. Only those who ask are kept out: Windows refuses reads and
// writes of locked bytes, so the byte that is locked lies behind those of any file.
func Lock(f *os.File) (bool, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = windows.LockFileEx(windows.Handle(fd), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
			0, 1, 0, &windows.Overlapped{Offset: 0, OffsetHigh: 1 << 30})
	})
	switch {
	case err != nil:
		return false, err
	case refused == nil:
		return true, nil
	case errors.Is(refused, windows.ERROR_LOCK_VIOLATION), errors.Is(refused, windows.ERROR_IO_PENDING):
		return false, nil
	case errors.Is(refused, windows.ERROR_INVALID_FUNCTION), errors.Is(refused, windows.ERROR_NOT_SUPPORTED):
		refused = errors.Join(errors.ErrUnsupported, refused)
	}
	return false, fmt.Errorf("locking %q: %w", f.Name(), refused)
}
