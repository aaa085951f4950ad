// Package tree writes files below a directory.
//
// Paths come from outside. Whatever they are, nothing is written outside of the directory: each
// path is checked, and each element of it is opened by its name in the directory above, without
// following symbolic links. A file is written under a temporary name, and gets its own when it
// is complete; without Options.Force it replaces nothing.
package tree

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"firn/internal/disk"
	"firn/record"
	"firn/vault"
)

// Options says what is restored of a file beside its content.
type Options struct {
	Force   bool // replaces existing files, but no directory
	Owners  bool // sets owner and group
	Devices bool // makes devices
	SetUID  bool // sets setuid, setgid, the sticky bit of files, and the attributes security.* and trusted.*
}

// Tree is an open directory. Its methods may be called from many goroutines.
//
// The path of each method is checked by CheckPath. Files have their attributes from
// record.File; its name is not used.
type Tree struct {
	Options
	root *os.Root
}

// Open opens a directory, and creates it if it does not exist.
func Open(dir string, o Options) (*Tree, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	return open(dir, o)
}

// OpenExisting opens a directory. If it does not exist, the Tree is nil: it has no file.
func OpenExisting(dir string, o Options) (*Tree, error) {
	t, err := open(dir, o)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return t, err
}

func open(dir string, o Options) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Tree{o, root}, nil
}

// Close closes the directory.
func (t *Tree) Close() error {
	if t == nil {
		return nil
	}
	return t.root.Close()
}

// parent opens the directory of a file. The caller closes it.
func (t *Tree) parent(name string) (dir *os.Root, base string, err error) {
	if err := CheckPath(name); err != nil {
		return nil, "", err
	}
	above, base := path.Split(name)
	dir, err = t.directory(path.Clean("/" + above)[1:])
	return dir, base, err
}

// directory opens a directory by its path; the empty one is that of the tree.
func (t *Tree) directory(name string) (*os.Root, error) {
	dir, err := t.root.OpenRoot(".")
	for element := range elements(name) {
		if err != nil {
			return nil, err
		}
		dir, err = below(dir, element, isDirectory(dir, element))
	}
	return dir, err
}

// isDirectory returns an error unless the name is that of a directory.
func isDirectory(dir *os.Root, name string) error {
	info, err := dir.Lstat(name)
	if err == nil && !info.IsDir() {
		err = exists(name, info)
	}
	return err
}

// exists is the error about a file that has a name which another one should get.
func exists(name string, info fs.FileInfo) error {
	return vault.Errorf(vault.ErrExists, "%q exists and is %s", name, kindOf(info.Mode()))
}

func kindOf(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return "another file"
	case m.IsDir():
		return "a directory"
	case m&fs.ModeSymlink != 0:
		return "a symbolic link"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	}
	return "a special file"
}

// MakeDirectory creates a directory, with those above it, as far as they do not exist. Only the
// user may use them until FinishDirectory. It returns the paths of those that it created, also
// with an error.
func (t *Tree) MakeDirectory(name string) (made []string, err error) {
	if err := CheckPath(name); err != nil {
		return nil, err
	}
	dir, err := t.root.OpenRoot(".")
	at := ""
	for element := range elements(name) {
		if err != nil {
			return made, err
		}
		at = path.Join(at, element)
		if err = dir.Mkdir(element, 0o700); err == nil {
			made = append(made, at)
		} else if errors.Is(err, fs.ErrExist) {
			err = isDirectory(dir, element)
		}
		dir, err = below(dir, element, err)
	}
	if err != nil {
		return made, err
	}
	return made, dir.Close()
}

// below opens a directory in dir, unless there is an error, and closes dir.
func below(dir *os.Root, name string, err error) (*os.Root, error) {
	var opened *os.Root
	if err == nil {
		opened, err = dir.OpenRoot(name)
	}
	if errClose := dir.Close(); err == nil && errClose != nil {
		err = errors.Join(errClose, opened.Close())
	}
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// FinishDirectory sets the attributes of a directory, and makes the names in it durable. It is
// called after everything in the directory is complete.
func (t *Tree) FinishDirectory(name string, f record.File) (flaw, err error) {
	dir, base, err := t.parent(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if err := isDirectory(dir, base); err != nil {
		return nil, err
	}
	if err := disk.SyncDirectoryIn(dir, base); err != nil {
		return nil, err
	}
	opened, err := dir.Open(base)
	if err != nil {
		return nil, err
	}
	flaw = t.setAttributes(dir, base, opened, f)
	return flaw, opened.Close()
}

// Sync makes the names in a directory durable. The empty path is that of the tree.
func (t *Tree) Sync(name string) error {
	dir, err := t.directory(name)
	if err != nil {
		return err
	}
	err = disk.SyncDirectoryIn(dir, ".")
	return errors.Join(err, dir.Close())
}
