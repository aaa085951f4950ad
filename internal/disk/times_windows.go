package disk

import (
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// setModTime sets it through the open file: set by the name, it would be that of the
// last write again when the file is closed.
func setModTime(f *os.File, t time.Time) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	at := windows.NsecToFiletime(t.UnixNano())
	var refused error
	if err := raw.Control(func(fd uintptr) { refused = windows.SetFileTime(windows.Handle(fd), nil, nil, &at) }); err != nil {
		return err
	}
	return refused
}
