package tree

import (
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"firn/vault"
)

// maxPath is the length of the longest path in bytes, as in a pack.
const maxPath = 32 << 10

// CheckPath returns an error that wraps vault.ErrInvalid unless a path names a file below a
// directory on this system: elements with slashes between them.
func CheckPath(path string) error {
	if reason := invalid(path); reason != "" {
		return vault.Errorf(vault.ErrInvalid, "the name %s", reason)
	}
	return nil
}

// invalid says why a path is not valid; empty: it is.
func invalid(path string) string {
	switch {
	case path == "":
		return "is empty"
	case len(path) > maxPath:
		return fmt.Sprintf("has %d bytes; the limit is %d", len(path), maxPath)
	case strings.ContainsRune(path, 0):
		return "has a NUL byte"
	}
	for element := range strings.SplitSeq(path, "/") {
		switch element {
		case "":
			return "has an empty element"
		case ".", "..":
			return fmt.Sprintf("has the element %q", element)
		}
		if reason := invalidHere(element); reason != "" {
			return reason
		}
	}
	if !filepath.IsLocal(filepath.FromSlash(path)) {
		return "is reserved on this system"
	}
	return ""
}

// elements returns the elements of a path; the empty one has none.
func elements(path string) iter.Seq[string] {
	if path == "" {
		return func(func(string) bool) {}
	}
	return strings.SplitSeq(path, "/")
}
