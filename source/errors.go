package source

import (
	"errors"
	"fmt"

	"firn/internal/transfer"
)

// NotAFileError is the error for a path that leads to something other than a file. It wraps
// ErrUnreadable.
type NotAFileError struct {
	Path      string
	Directory bool // false: it is a pipe, a socket or a device, or Sizeless
	// Sizeless: the system reports 0 bytes for a file that has some, as below /proc.
	Sizeless bool
}

// Error names the path and says what is there.
func (e *NotAFileError) Error() string {
	switch {
	case e.Directory:
		return fmt.Sprintf("%q %v as one archive: it is a directory", e.Path, ErrUnreadable)
	case e.Sizeless:
		return fmt.Sprintf("%q %v as a file of fixed size: the system reports 0 bytes, but it has some", e.Path, ErrUnreadable)
	}
	return fmt.Sprintf("%q %v as a file of fixed size: it is a pipe, a socket or a device", e.Path, ErrUnreadable)
}

// Unwrap returns ErrUnreadable.
func (e *NotAFileError) Unwrap() error { return ErrUnreadable }

// Errors of a source.
var (
	// ErrSourceChanged: the local file has changed since it was opened.
	ErrSourceChanged = transfer.ErrSourceChanged
	// ErrUnreadable: the local file cannot be read as one archive.
	ErrUnreadable = errors.New("cannot be read")
)
