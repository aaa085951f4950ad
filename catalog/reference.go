package catalog

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"firn/record"
)

// FindArchive returns the archives of a vault that a user may mean by ref. If
// ref is the id of an archive it is that one, even if it is deleted. Else it is
// every stored archive whose id begins with ref, or whose name, base name or
// description is ref or matches it as a pattern, oldest first: none, the one
// that was meant, or the candidates.
//
// In a pattern * stands for anything but a slash, ** also for slashes, ? for one
// character, [a-z] for one of a class and {a,b} for either. What is no valid
// pattern stands for itself only.
func (c *Catalog) FindArchive(ctx context.Context, vaultURL, ref string) ([]record.Archive, error) {
	const attempt = "find archives by id or name"
	var found []record.Archive
	exact := list(ctx, c, attempt, scanArchive,
		`SELECT `+archiveColumns+` FROM archives WHERE vault = $1 AND archive_id = $2`, vaultURL, ref)
	for a, err := range exact {
		if err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	if ref == "" || len(found) > 0 {
		return found, nil
	}
	for a, err := range c.Archives(ctx, Filter{Vault: vaultURL}) {
		if err != nil {
			return nil, err
		}
		if called(a, ref) || strings.HasPrefix(string(a.ID), ref) {
			found = append(found, a)
		}
	}
	return found, nil
}

// called reports whether the archive's name, base name or description is ref or
// matches it as a pattern.
func called(a record.Archive, ref string) bool {
	if matches(a.Description, ref) {
		return true
	}
	return a.Name != "" &&
		(matches(filepath.ToSlash(a.Name), filepath.ToSlash(ref)) || matches(filepath.Base(a.Name), ref))
}

func matches(text, pattern string) bool {
	if text == pattern {
		return true
	}
	ok, err := doublestar.Match(pattern, text)
	return ok && err == nil
}
