package firn

import "golang.org/x/sys/windows"

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

// syncDir does nothing: Windows has no way to flush a directory, and NTFS
// journals its names.
func syncDir(string) error { return nil }
