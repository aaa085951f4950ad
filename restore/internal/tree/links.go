package tree

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"firn/record"
	"firn/vault"
)

// Symlink makes a symbolic link, which may lead anywhere: nothing of this package follows it.
// It reports whether the link was there already.
func (t *Tree) Symlink(name string, f record.File) (present bool, flaw, err error) {
	target := f.More.Link
	return t.make(name, func(dir *os.Root, base string, info os.FileInfo) bool {
		if info.Mode()&os.ModeSymlink == 0 {
			return false
		}
		is, err := dir.Readlink(base)
		return err == nil && is == target
	}, func(dir *os.Root, base string) (error, error) {
		if err := checkTarget(target); err != nil {
			return nil, err
		}
		if err := dir.Symlink(target, base); err != nil {
			return nil, err
		}
		return t.setLinkAttributes(dir, base, f), nil
	})
}

// checkTarget refuses what no link can have as its target.
func checkTarget(target string) error {
	if target == "" || len(target) > maxPath || strings.IndexByte(target, 0) >= 0 {
		return vault.Errorf(vault.ErrInvalid, "the target of the link is not valid")
	}
	return nil
}

// Hardlink makes another name of a regular file of the tree, which the caller has restored. It
// reports whether it was there already.
func (t *Tree) Hardlink(name string, f record.File) (present bool, err error) {
	targetDir, _, target, err := t.look(f.More.Link)
	switch {
	case err != nil:
		return false, fmt.Errorf("the file that it is a link to, %q: %w", f.More.Link, err)
	case target == nil:
		return false, vault.Errorf(vault.ErrNotFound, "the file that it is a link to, %q, is not there", f.More.Link)
	}
	defer func() { err = errors.Join(err, targetDir.Close()) }()
	if !target.Mode().IsRegular() {
		return false, vault.Errorf(vault.ErrInvalid, "%q is %s, and it can only be a link to a file", f.More.Link, kindOf(target.Mode()))
	}
	present, _, err = t.make(name, func(_ *os.Root, _ string, info os.FileInfo) bool {
		return os.SameFile(info, target)
	}, func(dir *os.Root, base string) (error, error) {
		// From the root of the tree, because a link needs both names in one directory. The
		// elements of both were looked at: none is a symbolic link.
		to := path.Join(path.Dir(name), base)
		if err := t.root.Link(f.More.Link, to); err != nil {
			return nil, err
		}
		if made, err := dir.Lstat(base); err != nil || !os.SameFile(made, target) {
			return nil, errors.Join(err, dir.Remove(base), vault.Errorf(vault.ErrInvalid, "%q was replaced meanwhile", f.More.Link))
		}
		return nil, nil
	})
	return present, err
}

// make makes a file that has no content under a temporary name, and gives it its name. same
// reports whether what has the name is such a file already.
func (t *Tree) make(
	name string, same func(dir *os.Root, base string, info os.FileInfo) bool, create func(dir *os.Root, base string) (flaw, err error),
) (present bool, flaw, err error) {
	dir, base, err := t.parent(name)
	if err != nil {
		return false, nil, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	info, err := dir.Lstat(base)
	if err == nil {
		if same(dir, base, info) {
			return true, nil, nil
		}
		if err := t.refuse(name, info); err != nil {
			return false, nil, err
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return false, nil, err
	}
	if info == nil { // create never replaces a file
		flaw, err = create(dir, base)
		if errors.Is(err, os.ErrExist) {
			err = vault.Errorf(vault.ErrExists, "%q appeared meanwhile", name)
		}
		return false, flaw, err
	}
	between := temp(name, record.Digest{})
	if err := dir.Remove(between); err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, nil, err
	}
	if flaw, err = create(dir, between); err != nil {
		return false, nil, err
	}
	if err := t.replace(dir, between, base, name); err != nil {
		return false, nil, errors.Join(err, dir.Remove(between))
	}
	return false, flaw, nil
}
