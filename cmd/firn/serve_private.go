package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// readPrivate reads a file of at most limit bytes that others than its owner cannot
// read.
func readPrivate(path string, limit int64) ([]byte, error) {
	return readGuarded(path, limit, 0o077, "make it yours alone: "+shellCommand("chmod", "600", path))
}

// readGuarded reads a file of at most limit bytes. One whose mode has any of the
// bits of unwanted is refused, with what to do about it as the hint.
func readGuarded(path string, limit int64, unwanted fs.FileMode, hint string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&unwanted != 0 && runtime.GOOS != "windows" {
		return nil, withHint(refusedError("%q may be read by others (its mode is %#o)", path, mode), hint)
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%q has more than %d bytes", path, limit)
	}
	return text, err
}
