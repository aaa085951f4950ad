package vaultname

import (
	"errors"
	"io/fs"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// Directory returns the canonical URL of the vault in the directory at an absolute
// path. Symbolic links are followed, as far as there is something: two links to one
// directory are one vault, and a link that is led elsewhere is another.
func Directory(path string) string {
	path = filepath.ToSlash(followed(filepath.Clean(path)))
	if !strings.HasPrefix(path, "/") {
		path = "/" + strings.ToUpper(path[:1]) + path[1:] // a drive
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// followed is where an absolute path leads. What is not there, such as a vault that
// is yet to be made, stays as it is written.
func followed(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		return real
	}
	if parent := filepath.Dir(path); parent != path && errors.Is(err, fs.ErrNotExist) {
		return filepath.Join(followed(parent), filepath.Base(path))
	}
	return path
}

// fromURL is a path in the system's form: on Windows a drive has no slash before it.
func fromURL(path string) string {
	if runtime.GOOS == "windows" && len(path) > 2 && path[2] == ':' {
		path = path[1:]
	}
	return filepath.FromSlash(path)
}
