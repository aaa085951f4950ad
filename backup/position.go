package backup

import (
	"cmp"
	"strings"

	"firn/internal/walk"
)

// position is a place in the order in which a backup reads files: by tree, and in a tree as
// package walk reads it, a directory before its files, and its files before its directories.
type position struct {
	tree int
	path string // in the tree; that of a directory ends with a slash, and that of the root is empty
}

// before is the position before all files.
var before = position{tree: -1}

// positionOf returns the position of a file.
func positionOf(tree int, path string, kind walk.Type) position {
	if kind == walk.Directory && path != "" {
		path += "/"
	}
	return position{tree, path}
}

// parsePosition is the inverse of text. If trees lie in one another, it returns the first
// position that the text may be.
func parsePosition(text string, trees []tree) position {
	if text == "" {
		return before
	}
	for i, t := range trees {
		if path, ok := inTree(text, t); ok {
			return position{i, path}
		}
	}
	return before
}

// inTree returns the path of a file in a tree, given the one as in a pack.
func inTree(path string, t tree) (string, bool) {
	if t.name == "" {
		return strings.TrimPrefix(path, "/"), true
	}
	return strings.CutPrefix(path, t.name+"/")
}

// text returns the position as the record keeps it.
func (p position) text(trees []tree) string {
	if p.tree < 0 {
		return ""
	}
	return trees[p.tree].name + "/" + p.path
}

// compare returns whether p comes before q (-1), is it (0), or comes after it (1).
func (p position) compare(q position) int {
	if p.tree != q.tree {
		return cmp.Compare(p.tree, q.tree)
	}
	for a, b := p.path, q.path; ; {
		if a == "" || b == "" {
			return cmp.Compare(len(a), len(b))
		}
		nameA, restA, isDirA := strings.Cut(a, "/")
		nameB, restB, isDirB := strings.Cut(b, "/")
		switch {
		case isDirA != isDirB && isDirB:
			return -1
		case isDirA != isDirB:
			return 1
		case nameA != nameB:
			return cmp.Compare(nameA, nameB)
		case !isDirA:
			return 0
		}
		a, b = restA, restB
	}
}
