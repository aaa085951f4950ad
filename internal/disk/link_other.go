//go:build !linux

package disk

import "os"

// Link gives the open file f, which is called name in dir, the further name to there. It
// never replaces a file that is there. Where the system can, the link is of f itself, and
// else of whatever is called name: then the caller looks which file it was.
func Link(_ *os.File, dir *os.Root, name, to string) error { return dir.Link(name, to) }
