package source

import (
	"errors"
	"fmt"

	"firn/internal/transfer"
)

// NotAFileError is the error of a path that leads to something other than a file. It
// wraps ErrUnreadable.
type NotAFileError struct {
	Path      string
	Directory bool // else it is a pipe, a socket or a device
}

// Error says what is there.
func (e *NotAFileError) Error() string {
	if e.Directory {
		return fmt.Sprintf("%q %v as one archive: it is a directory", e.Path, ErrUnreadable)
	}
	return fmt.Sprintf("%q %v as a file of fixed size: it is a pipe, a socket or a device", e.Path, ErrUnreadable)
}

// Unwrap returns ErrUnreadable.
func (e *NotAFileError) Unwrap() error { return ErrUnreadable }

// What can be wrong with a source.
var (
	// ErrSourceChanged: the local file is not what it was when it was opened.
	ErrSourceChanged = transfer.ErrSourceChanged
	// ErrUnreadable: the local file cannot be read as one archive.
	ErrUnreadable = errors.New("cannot be read")
)
