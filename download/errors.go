package download

import "errors"

// Why a download did not bring its bytes, apart from the classes of package vault and the
// errors of the packages below.
var (
	// ErrNoSpace: the file system has no room for what is downloaded. Everything
	// verified is recorded and the same call continues.
	ErrNoSpace = errors.New("not enough space")
	// ErrCut: a stream got some bytes of an archive, all of them right, and not the
	// rest.
	ErrCut = errors.New("the output is not complete")
)
