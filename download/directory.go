package download

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"firn/depot"
	"firn/internal/disk"
	"firn/record"
)

// Directory is an open directory that archives are downloaded into. All files are reached
// through it: nobody leads a download elsewhere by moving it, or by putting a symbolic link
// in its place. It is used by one goroutine at a time. The caller closes it.
type Directory struct {
	root *os.Root
	made map[string]bool // directories below it that are there, durably
}

// OpenDirectory opens a directory, which must be there.
func OpenDirectory(path string) (*Directory, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Directory{root: root, made: make(map[string]bool)}, nil
}

// Close closes the directory.
func (dir *Directory) Close() error { return dir.root.Close() }

// File is [File] for a file below the directory. The name may have directories, which are
// created as needed. No symbolic link on the way leads out of the directory.
func (dir *Directory) File(ctx context.Context, d depot.Depot, a record.Archive, name string, o Options) (Result, error) {
	return dir.file(ctx, d, a, name, o, shared{})
}

func (dir *Directory) file(ctx context.Context, d depot.Depot, a record.Archive, name string, o Options, s shared) (Result, error) {
	if err := dir.makeParents(name); err != nil {
		return Result{}, err
	}
	return fileAt(ctx, d, a, name, dir.root, o, s)
}

// makeParents creates the directories that a name has, and makes their names durable.
func (dir *Directory) makeParents(name string) error {
	parent := filepath.Dir(name)
	if parent == "." || dir.made[parent] {
		return nil
	}
	err := dir.root.MkdirAll(parent, 0o777)
	// Also if it was there: whoever made it may have ended before this.
	for above := parent; err == nil && above != "."; above = filepath.Dir(above) {
		err = disk.SyncDirectoryIn(dir.root, filepath.Dir(above))
	}
	if err != nil {
		return fmt.Errorf("the directory of %q: %w", filepath.Join(dir.root.Name(), name), err)
	}
	dir.made[parent] = true
	return nil
}
