// Package files reaches the files in a vault's directory. If the directory can only be
// read, what would be written there is kept aside, and is found again under its name.
package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"firn/vault/dirvault/internal/durable"
)

// Dir is the directory of a vault. Its methods reach the files that a vault makes besides
// archives and uploads, to be read later. The names of files are paths within Root.
type Dir struct {
	Root  *os.Root
	aside *Aside // nil unless the directory is only read
}

// NewDir returns a directory that is written.
func NewDir(root *os.Root) *Dir { return &Dir{Root: root} }

// KeepAside makes the directory be only read. It is called before anything else is done.
func (d *Dir) KeepAside() { d.aside = NewAside() }

// IsReadOnly reports whether the directory is only read.
func (d *Dir) IsReadOnly() bool { return d.aside != nil }

// Close closes the directory and drops what was kept aside. Files that are open stay
// usable.
func (d *Dir) Close() error {
	err := d.Root.Close()
	if d.aside != nil {
		err = errors.Join(err, d.aside.close())
	}
	return err
}

// ReadDocument reads a document as durable.ReadDocument does.
func (d *Dir) ReadDocument(name string, doc durable.Document) error {
	if d.aside != nil {
		if data, there := d.aside.Document(name); there {
			return durable.Decode(data, doc)
		}
	}
	return durable.ReadDocument(d.Root, name, doc)
}

// WriteDocument writes a document as durable.WriteDocument does, or keeps it aside.
func (d *Dir) WriteDocument(name string, doc durable.Document) error {
	if d.aside == nil {
		return durable.WriteDocument(d.Root, name, doc)
	}
	data, err := durable.Encode(doc)
	if err == nil {
		d.aside.SetDocument(name, data)
	}
	return err
}

// Fill writes a file as durable.FillFile does, or keeps it aside.
func (d *Dir) Fill(name string, fill func(*os.File) error) error {
	if d.aside == nil {
		return durable.FillFile(d.Root, name, fill)
	}
	return d.aside.fill(name, fill)
}

// FillLeaves keeps the leaves of an archive aside, in a directory that is only read. Those
// of the 64 archives that came last are kept.
func (d *Dir) FillLeaves(name string, fill func(*os.File) error) error {
	return d.aside.fillLeaves(name, fill)
}

// Open opens a file. errors.Is finds fs.ErrNotExist when there is none.
func (d *Dir) Open(name string) (File, error) {
	if d.aside != nil {
		if f, there := d.aside.open(name); there {
			return f, nil
		}
	}
	f, err := d.Root.Open(name)
	if err != nil {
		return nil, err // not f, which would be a File that is not nil
	}
	return f, nil
}

// Link gives a file that is never written to again another name, durably, and returns its
// size in bytes. It reports false if the file system has no links.
func (d *Dir) Link(from, to string) (size int64, linked bool, err error) {
	if d.aside != nil {
		return d.linkAside(from, to)
	}
	if d.Root.Link(from, to) != nil {
		return 0, false, nil //nolint:nilerr // the caller copies the file instead
	}
	info, err := d.Root.Lstat(to)
	if err == nil {
		err = durable.SyncDir(d.Root, path.Dir(to))
	}
	if err != nil {
		return 0, true, errors.Join(err, durable.RemoveIfThere(d.Root, to))
	}
	return info.Size(), true, nil
}

// linkAside is Link in a directory that is only read. A file that lies in the directory
// itself is copied aside, once for all its links.
func (d *Dir) linkAside(from, to string) (size int64, linked bool, err error) {
	f, err := d.Open(from)
	if err != nil {
		return 0, false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, false, err
	}
	linked = d.aside.link(from, to)
	if !linked {
		copied := func(to *os.File) error {
			_, err := io.Copy(to, io.NewSectionReader(f, 0, info.Size()))
			return err
		}
		if err := d.aside.fill(from, copied); err != nil {
			return 0, false, err
		}
		linked = d.aside.link(from, to)
	}
	return info.Size(), linked, nil
}

// NeverWrote reports whether the document of this name, if there is one, is older than the
// opening of a directory that is only read.
func (d *Dir) NeverWrote(name string) bool {
	if d.aside == nil {
		return false
	}
	_, there := d.aside.Document(name)
	return !there
}

// Remove removes a file, if it is there and can be removed.
func (d *Dir) Remove(name string) error {
	if d.aside == nil {
		return durable.RemoveIfThere(d.Root, name)
	}
	return d.aside.remove(name)
}

// EachEntry calls visit with the names of the documents that were kept aside for a
// directory in this one, then with those of all files in it, until visit returns false. A
// directory that is missing where nothing can be written was empty: a program that copied
// the vault left it out.
func (d *Dir) EachEntry(dir string, visit func(name string) (bool, error)) error {
	if d.aside != nil {
		for _, name := range d.aside.names() {
			name, inside := strings.CutPrefix(name, dir+"/")
			if !inside {
				continue
			}
			if more, err := visit(name); err != nil || !more {
				return err
			}
		}
	}
	err := durable.EachEntry(d.Root, dir, visit)
	if d.aside != nil && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Modified returns when a name in a directory in this one last came or went, whoever did
// it. It is the zero time for one that is missing where nothing can be written; see
// EachEntry.
func (d *Dir) Modified(dir string) (time.Time, error) {
	info, err := d.Root.Stat(dir)
	if d.aside != nil && errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}
