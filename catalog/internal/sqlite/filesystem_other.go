//go:build !linux

package sqlite

// networkFileSystem returns "": only Linux is asked where a directory lies.
func networkFileSystem(string) (string, error) { return "", nil }
