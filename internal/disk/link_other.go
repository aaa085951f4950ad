//go:build !linux

package disk

import "os"

// Link gives the open file f, which is called path, the further name to. It never
// replaces a file that is there. Where the system can, the link is of f itself, and
// else of whatever lies at path: then the caller looks which file it was.
func Link(_ *os.File, path, to string) error { return os.Link(path, to) }
