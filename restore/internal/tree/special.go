package tree

import (
	"errors"
	"os"

	"firn/record"
)

// ErrDevice means that devices are not restored without Options.Devices.
var ErrDevice = errors.New("it is a device, and devices are restored only on request")

// Special makes a pipe or a device. It reports whether it was there already.
func (t *Tree) Special(name string, f record.File) (present bool, flaw, err error) {
	if f.Kind != record.Fifo && !t.Devices {
		return false, nil, ErrDevice
	}
	return t.make(name, func(_ *os.Root, _ string, info os.FileInfo) bool {
		return isSpecial(info, f)
	}, func(dir *os.Root, base string) (error, error) {
		if err := makeSpecial(dir, base, f); err != nil {
			return nil, err
		}
		return t.setLinkAttributes(dir, base, f), nil
	})
}
