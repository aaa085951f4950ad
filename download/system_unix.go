//go:build !windows

package download

import "os"

// renamesOpenFiles reports whether an open file can be renamed.
const renamesOpenFiles = true

// toFlush is the flag for opening a file that is only flushed.
const toFlush = os.O_RDONLY
