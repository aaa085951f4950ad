package catalog

import (
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
)

// A label is a text by which a user may name an archive: its base name, its name, and a
// description that no tool wrote for itself. The view labels_of says the same in SQL. A
// query finds candidates in the index of labels, and called decides.

// called reports whether a label of the archive is ref or matches it as a pattern.
func called(a record.Archive, ref string) bool {
	base := table.BaseName(a.Name)
	if base != "" && matches(base, ref) || a.Name != base && matches(slashes(a.Name), ref) {
		return true
	}
	return a.Tool == "" && a.Description != "" && matches(a.Description, ref)
}

func matches(label, ref string) bool {
	if label == ref || label == slashes(ref) {
		return true
	}
	if !isPattern(ref) {
		return false
	}
	ok, err := doublestar.Match(ref, label)
	return ok && err == nil
}

// isPattern reports whether ref stands for more than itself.
func isPattern(ref string) bool {
	return strings.ContainsAny(ref, `*?[{\`) && doublestar.ValidatePattern(ref)
}

// slashes turns backslashes into slashes: a user may search for a name from Windows on any
// system, and in a pattern a backslash means something else.
func slashes(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// slashed is the value of the column slashed for a label.
func slashed(label string) int64 {
	if strings.Contains(label, "/") {
		return 1
	}
	return 0
}

// labelQuery returns the query for the archive_key of all labels of the vault $1 that may
// be ref or match it. It may find too many, never too few.
func labelQuery(q *query, ref string) string {
	const keys = `SELECT archive_key FROM all_labels WHERE vault_key = $1 AND slashed = `
	ref = filepath.ToSlash(ref)
	text := keys + q.arg(slashed(ref)) + ` AND label = ` + q.arg(ref)
	if other := slashes(ref); other != ref {
		text += ` UNION ALL ` + keys + q.arg(slashed(other)) + ` AND label = ` + q.arg(other)
	}
	if !isPattern(ref) {
		return text
	}
	prefix, glob := sqlite.Glob(ref)
	like := ``
	if prefix != "" {
		like += ` AND label >= ` + q.arg(prefix)
		if end := sqlite.After(prefix); end != "" {
			like += ` AND label < ` + q.arg(end)
		}
	}
	if glob != "*" {
		like += ` AND label GLOB ` + q.arg(glob)
	}
	if !strings.Contains(prefix+glob, "/") { // else no label without one matches
		text += ` UNION ALL ` + keys + `0` + like
	}
	if mayMatchSlash(ref) {
		text += ` UNION ALL ` + keys + `1` + like
	}
	return text
}

// mayMatchSlash reports whether a valid pattern may match a text that has a slash. Neither
// * nor ? matches a slash.
func mayMatchSlash(pattern string) bool {
	return strings.ContainsAny(pattern, "/[{") || strings.Contains(pattern, "**")
}
