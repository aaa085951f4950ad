//go:build !windows

package download

import "os"

// renamesOpenFiles is whether a file that is open may get another name.
const renamesOpenFiles = true

// toFlush is how a file is opened that is read and then flushed.
const toFlush = os.O_RDONLY
