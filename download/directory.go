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
// through the open directory, so another user cannot redirect a download by moving the
// directory or by putting a symbolic link in its place. One goroutine at a time uses it. The
// caller closes it.
type Directory struct {
	root *os.Root
	made map[string]bool // subdirectories that exist and whose names are on disk
}

// OpenDirectory opens a directory, which must exist.
func OpenDirectory(path string) (*Directory, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Directory{root: root, made: make(map[string]bool)}, nil
}

// Close closes the directory.
func (dir *Directory) Close() error { return dir.root.Close() }

// File is the function [File] for a file in the directory. It creates the directories in name
// as needed. A symbolic link cannot lead out of the directory.
func (dir *Directory) File(ctx context.Context, d depot.Depot, a record.Archive, name string, o Options) (Result, error) {
	return dir.file(ctx, d, a, name, o, shared{})
}

func (dir *Directory) file(ctx context.Context, d depot.Depot, a record.Archive, name string, o Options, s shared) (Result, error) {
	if err := dir.makeParents(name); err != nil {
		return Result{}, err
	}
	return fileAt(ctx, d, a, name, dir.root, o, s)
}

// makeParents creates the directories in name, and makes their names durable.
func (dir *Directory) makeParents(name string) error {
	parent := filepath.Dir(name)
	if parent == "." || dir.made[parent] {
		return nil
	}
	err := dir.root.MkdirAll(parent, 0o777)
	// Also for a directory that exists: its creator may have ended before the flush.
	for above := parent; err == nil && above != "."; above = filepath.Dir(above) {
		err = disk.SyncDirectoryIn(dir.root, filepath.Dir(above))
	}
	if err != nil {
		return fmt.Errorf("the directory of %q: %w", filepath.Join(dir.root.Name(), name), err)
	}
	dir.made[parent] = true
	return nil
}
