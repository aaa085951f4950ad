//go:build !linux

package disk

import "os"

// Link adds the name to in dir to the open file f, which has the name name in dir. It never
// replaces an existing file. If the system supports it, Link links f itself; otherwise it
// links the file that has the name now, and the caller must check that it is f.
func Link(_ *os.File, dir *os.Root, name, to string) error { return dir.Link(name, to) }
