package walk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// A handle is an open directory. No name leads out of it (os.Root).
type handle struct{ root *os.Root }

func openTop(path string) (handle, error) {
	r, err := os.OpenRoot(path)
	return handle{r}, err
}

func (h handle) close() { _ = h.root.Close() } // it was only read

func (h handle) openDir(name string) (handle, error) {
	r, err := h.root.OpenRoot(name)
	return handle{r}, err
}

// openFile opens a file to read it, and returns what it is.
func (h handle) openFile(name, path string) (*os.File, Entry, error) {
	f, err := h.root.Open(name)
	if err != nil {
		return nil, Entry{}, err
	}
	e, err := describeOpen(f)
	if err != nil {
		return nil, Entry{}, errors.Join(err, f.Close())
	}
	return f, e, nil
}

func describeOpen(f *os.File) (Entry, error) {
	info, err := f.Stat()
	if err != nil {
		return Entry{}, err
	}
	var e Entry
	fill(&e, info)
	return e, nil
}

// names adds all names in the directory, in any order.
func (h handle) names(all *names, _ int, _ []byte) (more bool, err error) {
	d, err := h.root.Open(".")
	if err != nil {
		return false, err
	}
	defer d.Close()
	for {
		list, err := d.Readdirnames(1024)
		for _, name := range list {
			all.add(name)
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// stat describes the directory itself.
func (h handle) stat() (Entry, error) {
	info, err := h.root.Stat(".")
	if err != nil {
		return Entry{}, err
	}
	var e Entry
	fill(&e, info)
	return e, nil
}

// lstat describes a file in the directory.
func (h handle) lstat(name string, e *Entry) error {
	info, err := h.root.Lstat(name)
	if err != nil {
		return err
	}
	fill(e, info)
	if e.Type == Symlink {
		target, err := h.root.Readlink(name)
		e.LinkTarget = filepath.ToSlash(target)
		return err
	}
	return nil
}

func fill(e *Entry, info fs.FileInfo) {
	e.Mode, e.ModTime = uint32(info.Mode().Perm()), info.ModTime()
	switch info.Mode().Type() {
	case 0:
		e.Type, e.Size = Regular, info.Size()
	case fs.ModeDir:
		e.Type = Directory
	case fs.ModeSymlink:
		e.Type = Symlink
	default: // junctions and other reparse points
		e.Type = unsupported
	}
	if data, ok := info.Sys().(*syscall.Win32FileAttributeData); ok {
		e.Attributes = data.FileAttributes
	}
}

func (h handle) xattrs(string, *Entry) ([]Xattr, error) { return nil, nil }

func (h handle) own() ([]Xattr, error) { return nil, nil }
