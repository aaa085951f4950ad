package restore

import (
	"context"

	"firn/record"
)

// disjoin decides, where a tree lies within another one, from which of the two the files are
// restored. The inner one counts if it is newer, or if the outer one has nothing there: it may
// have left the directory out. It returns the trees to restore.
func disjoin(ctx context.Context, book record.RestoreJournal, trees []source) (kept []source, err error) {
	for _, inner := range trees {
		isOlder := false
		for _, outer := range trees {
			if outer.root == inner.root || !isBelow(inner.root, outer.root) || outer.Key <= inner.Key || isOlder {
				continue
			}
			if isOlder, err = hasFilesIn(ctx, book, outer, inner.root); err != nil {
				return nil, err
			}
		}
		if !isOlder {
			kept = append(kept, inner)
		}
	}
	return kept, nil
}

// hasFilesIn reports whether a tree has files in a directory.
func hasFilesIn(ctx context.Context, book record.RestoreJournal, t source, dir string) (bool, error) {
	for f, err := range t.files(ctx, book, func(path string) bool { return isBelow(dir, path) }) {
		if err != nil {
			return false, err
		}
		if f.Path != dir && isBelow(f.Path, dir) {
			return true, nil
		}
	}
	return false, nil
}

// isShadowed reports whether a path of a tree is restored from another tree, which lies within
// it.
func (t source) isShadowed(path string, trees []source) bool {
	for _, other := range trees {
		if other.root != t.root && isBelow(other.root, t.root) && isBelow(path, other.root) {
			return true
		}
	}
	return false
}
