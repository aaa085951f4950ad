package vaultname

import (
	"errors"
	"io/fs"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// Directory returns the canonical URL of the vault in the directory at an absolute path. It
// follows symbolic links, as far as the path exists: two links to one directory are one
// vault, and a link that is changed to another directory is another vault.
func Directory(path string) string {
	path = filepath.ToSlash(followed(filepath.Clean(path)))
	if !strings.HasPrefix(path, "/") {
		path = "/" + strings.ToUpper(path[:1]) + path[1:] // a drive
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// followed returns the destination of an absolute path. A part of the path that does not
// exist, such as a vault that is still to be created, stays unchanged.
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

// fromURL converts the path of a URL to the system's form: on Windows it removes the slash
// before a drive.
func fromURL(path string) string {
	if runtime.GOOS == "windows" && len(path) > 2 && path[2] == ':' {
		path = path[1:]
	}
	return filepath.FromSlash(path)
}
