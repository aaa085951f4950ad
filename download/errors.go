package download

import "errors"

// Reasons why a download is not complete, besides the error classes of package vault and the
// errors of packages depot and jobs.
var (
	// ErrNoSpace: the file system has no room for the file. Verified bytes are recorded, and
	// the same call continues.
	ErrNoSpace = errors.New("not enough space")
	// ErrCut: a stream received some bytes of an archive, which are correct, and not the rest.
	ErrCut = errors.New("the output is not complete")
)
