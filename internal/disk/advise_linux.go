package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// WillRead says that size bytes of f from offset on are read soon, so that the system
// brings them in from the first to the last, in whatever order they are read. It reports
// whether the system takes such advice. It does not wait for the bytes.
func WillRead(f *os.File, offset, size int64) bool {
	raw, err := f.SyscallConn()
	if err != nil {
		return false
	}
	var refused error
	err = raw.Control(func(fd uintptr) { refused = unix.Fadvise(int(fd), offset, size, unix.FADV_WILLNEED) })
	return err == nil && refused == nil
}
