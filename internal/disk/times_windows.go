package disk

import (
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// setModTime sets the time through the open file. If it set it by the name, closing the
// file would reset it to the time of the last write.
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
