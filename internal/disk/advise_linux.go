package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// WillRead announces that size bytes of f from offset on will soon be read, so that the
// system loads them from the first to the last, in whatever order they are read. It reports
// whether the system accepts such advice. It does not wait for the bytes, but may wait
// until the disk can accept the request.
func WillRead(f *os.File, offset, size int64) bool {
	raw, err := f.SyscallConn()
	if err != nil {
		return false
	}
	var refused error
	err = raw.Control(func(fd uintptr) { refused = unix.Fadvise(int(fd), offset, size, unix.FADV_WILLNEED) })
	return err == nil && refused == nil
}

// Memory returns the memory of the machine in bytes, or 0 if the system does not report it.
func Memory() int64 {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	return int64(uint64(info.Totalram) * uint64(info.Unit)) //nolint:unconvert // its type differs from system to system
}
