package firn

import (
	"os"

	"golang.org/x/sys/windows"
)

// freeSpace returns how many bytes this user may still write to the volume that
// dir lies on.
func freeSpace(dir string) (int64, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, err
	}
	return int64(free), nil
}

// renamesOpenFiles is whether a file that is open may get another name.
const renamesOpenFiles = false

// toFlush is how a file is opened that is read and then flushed.
const toFlush = os.O_RDWR
