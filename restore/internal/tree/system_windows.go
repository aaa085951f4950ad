package tree

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"

	"firn/record"
)

func setXattr(*os.File, string, []byte) error { return errors.ErrUnsupported }

// setMode sets nothing: a file is read-only by its attributes.
func setMode(*os.File, os.FileMode) error { return nil }

// isOwnedBy reports true: setMode sets no rights.
func isOwnedBy(*os.File, record.Owner) (bool, error) { return true, nil }

// setSystemAttributes sets those of the attributes that mean something for a restored file.
func setSystemAttributes(f *os.File, attributes uint32) error {
	const restored = windows.FILE_ATTRIBUTE_READONLY | windows.FILE_ATTRIBUTE_HIDDEN | windows.FILE_ATTRIBUTE_SYSTEM |
		windows.FILE_ATTRIBUTE_ARCHIVE | windows.FILE_ATTRIBUTE_NOT_CONTENT_INDEXED
	if attributes &= restored; attributes == 0 {
		return nil
	}
	name, err := windows.UTF16PtrFromString(f.Name())
	if err != nil {
		return err
	}
	return windows.SetFileAttributes(name, attributes)
}

// setLinkTime sets nothing: it would set the time of the target.
func setLinkTime(*os.Root, string, int64) error { return nil }

func isSpecial(os.FileInfo, record.File) bool { return false }

func makeSpecial(*os.Root, string, record.File) error { return errors.ErrUnsupported }
