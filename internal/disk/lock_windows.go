package disk

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// NoFollow is a flag of os.OpenFile: the call fails if the path is a symbolic link. Windows
// has no such flag.
const NoFollow = 0

// Lock takes the lock of f, which only one process can hold, whatever name of the file it
// uses. It returns false if another process holds it. The lock ends when f is closed. The
// error wraps errors.ErrUnsupported if the file system has no locks. The lock is advisory:
// Windows prevents reads and writes of locked bytes, so Lock locks a byte beyond the end of
// any file.
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
