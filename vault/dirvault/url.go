package dirvault

import (
	"net/url"
	"path/filepath"
	"strings"
)

// URL returns the canonical URL of the vault in the directory at an absolute path.
func URL(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// URL returns the canonical URL of the vault; see the function of that name.
func (v *Vault) URL() string { return v.url }
