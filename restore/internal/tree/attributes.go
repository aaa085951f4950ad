package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"firn/record"
	"firn/vault"
)

// setAttributes sets the attributes of an open file or directory, which has a name in dir. It
// returns what could not be set.
//
// The order matters: a change of the owner removes setuid, attributes need a writable file, and
// a change of the mode changes an access control list.
func (t *Tree) setAttributes(dir *os.Root, name string, f *os.File, of record.File) error {
	var flaws []error
	if t.Owners {
		flaws = append(flaws, flaw("the owner", f.Chown(int(of.Owner.UID), int(of.Owner.GID))))
	}
	flaws = append(flaws, t.setXattrs(f, of, false))
	mode, errRights := rights(f, of, t.mode(of))
	flaws = append(flaws, flaw("the mode", errors.Join(setMode(f, mode), errRights)))
	flaws = append(flaws, t.setXattrs(f, of, true), flaw("the attributes", setSystemAttributes(f, of.More.Attributes)))
	flaws = append(flaws, flaw("the time", dir.Chtimes(name, time.Time{}, time.Unix(0, of.ModTime))))
	return errors.Join(flaws...)
}

// setLinkAttributes sets the attributes of a symbolic link, a pipe or a device, which is not
// opened.
func (t *Tree) setLinkAttributes(dir *os.Root, name string, of record.File) error {
	var flaws []error
	if t.Owners {
		flaws = append(flaws, flaw("the owner", dir.Lchown(name, int(of.Owner.UID), int(of.Owner.GID))))
	}
	if of.Kind != record.Symlink {
		flaws = append(flaws, flaw("the mode", dir.Chmod(name, t.mode(of))))
	}
	flaws = append(flaws, flaw("the time", setLinkTime(dir, name, of.ModTime)))
	return errors.Join(flaws...)
}

// flaw says what of a file could not be set; nil if err is nil.
func flaw(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("set %s: %w", what, err)
}

// mode returns the mode of a file. A directory is always sticky if it was: else others could remove
// what is in it.
func (t *Tree) mode(of record.File) fs.FileMode {
	m := fs.FileMode(of.Mode) & fs.ModePerm
	for bit, is := range map[uint32]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		isSafe := is == fs.ModeSticky && of.Kind == record.Directory
		if of.Mode&bit != 0 && (t.SetUID || isSafe) {
			m |= is
		}
	}
	return m
}

// rights returns the mode of an open file without setuid and setgid, and an error, if it has not the
// owner and the group on record: it would run with the rights of somebody else, perhaps of root.
func rights(f *os.File, of record.File, mode fs.FileMode) (fs.FileMode, error) {
	const bits = fs.ModeSetuid | fs.ModeSetgid
	if mode&bits == 0 || of.Kind == record.Directory {
		return mode, nil
	}
	is, err := isOwnedBy(f, of.Owner)
	if err == nil && !is {
		err = vault.Errorf(vault.ErrInvalid, "it gets no setuid and no setgid, because its owner or group is not the one on record")
	}
	if err != nil {
		mode &^= bits
	}
	return mode, err
}

// isList reports whether an attribute is an access control list.
func isList(name string) bool { return strings.HasPrefix(name, "system.posix_acl_") }

// isPower reports whether an attribute can give rights to programs.
func isPower(name string) bool {
	return strings.HasPrefix(name, "security.") || strings.HasPrefix(name, "trusted.")
}

// setXattrs sets the extended attributes of an open file: either access control lists or the
// others.
func (t *Tree) setXattrs(f *os.File, of record.File, lists bool) error {
	var flaws []error
	for name, value := range of.More.Xattrs {
		if isList(name) != lists || isPower(name) && !t.SetUID {
			continue
		}
		flaws = append(flaws, flaw(fmt.Sprintf("the attribute %q", name), setXattr(f, name, value)))
	}
	return errors.Join(flaws...)
}
