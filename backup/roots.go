package backup

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"firn/vault"
)

// tree is a directory that is backed up, with what is in it.
type tree struct {
	path string // on this machine, absolute
	name string // as in a pack: without the first slash
}

// treesOf returns the trees of paths in the order of their names, each once.
func treesOf(paths []string) ([]tree, error) {
	if len(paths) == 0 {
		return nil, vault.Errorf(vault.ErrInvalid, "no directory to back up is given")
	}
	var trees []tree
	for _, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return nil, vault.Errorf(vault.ErrInvalid, "the directory %q: %w", path, err)
		}
		name := nameOf(absolute)
		if name == ".firn" || strings.HasPrefix(name, ".firn/") {
			return nil, vault.Errorf(vault.ErrInvalid, "%q cannot be backed up, because names that begin with /.firn belong to "+
				"the format of packs; rename the directory", path)
		}
		trees = append(trees, tree{absolute, name})
	}
	slices.SortFunc(trees, func(a, b tree) int { return cmp.Compare(a.name, b.name) })
	return slices.Compact(trees), nil
}

// nameOf returns the name of an absolute path in a pack. That of C:\Users is C/Users.
func nameOf(path string) string {
	volume := filepath.VolumeName(path)
	name := filepath.ToSlash(path[len(volume):])
	if volume != "" {
		name = strings.Trim(strings.ReplaceAll(filepath.ToSlash(volume), ":", ""), "/") + name
	}
	return strings.Trim(name, "/")
}

func namesOf(trees []tree) (names []string) {
	for _, t := range trees {
		names = append(names, t.name)
	}
	return names
}

// join joins the name of a tree and a path in it, of which each may be empty.
func join(tree, path string) string {
	if tree == "" || path == "" {
		return tree + path
	}
	return tree + "/" + path
}

// split splits a path in a tree into that of its directory and its last element.
func split(path string) (directory, name string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}
