package source

import (
	"errors"

	"firn/internal/transfer"
)

// What can be wrong with a source.
var (
	// ErrSourceChanged: the local file is not what it was when it was opened.
	ErrSourceChanged = transfer.ErrSourceChanged
	// ErrUnreadable: the local file cannot be read as one archive.
	ErrUnreadable = errors.New("cannot be read")
)
