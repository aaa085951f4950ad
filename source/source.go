// Package source is the local side of an upload: a file, a stream or any io.ReaderAt, and
// what tells whether it is still what it was.
package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"firn/internal/disk"
	"firn/internal/transfer"
	"firn/record"
)

// Source is the local bytes of one archive: a file, a stream or any
// io.ReaderAt.
type Source struct {
	Identity record.Source
	Name     string // what the description defaults to
	At       io.ReaderAt
	Stream   *transfer.Stream
	file     *os.File
}

// Open opens a file as a source. The caller closes it. The file is opened
// once and that descriptor is used throughout, so a file renamed over it later
// is not mixed in. What cannot be one archive (a directory, a device, a file
// that may not be read) is refused with an error that wraps ErrUnreadable.
func Open(path string) (*Source, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("%q %w: %w", path, ErrUnreadable, err)
	}
	info, err := os.Stat(absolute)
	if err != nil {
		return nil, Unreadable(path, err)
	}
	if err := checkKind(path, info); err != nil {
		return nil, err
	}
	file, err := os.Open(absolute)
	if err != nil {
		return nil, Unreadable(path, err)
	}
	s := &Source{Name: filepath.Base(absolute), At: advised{file}, file: file, Identity: record.Source{Path: absolute}}
	if s.Identity, err = s.Identify(); err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return s, nil
}

// advised is a file that the engine may read at many places at once.
type advised struct{ *os.File }

// WillRead has bytes brought in from the disk before they are read.
func (a advised) WillRead(offset, size int64) bool { return disk.WillRead(a.File, offset, size) }

// Memory is that of the machine in bytes.
func (advised) Memory() int64 { return disk.Memory() }

// checkKind refuses what is not a plain file, before it is opened: opening a
// pipe would wait for its writer.
func checkKind(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return &NotAFileError{Path: path, Directory: info.IsDir()}
}

// Unreadable names the file once: the system's own error would name it again.
func Unreadable(path string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("%q %w: %w", path, ErrUnreadable, err)
}

// Stream is a source that can be read only once and whose size is not known. An
// upload from it continues only if the same bytes are fed again from the start:
// parts that the vault holds are then recognised by their hash and not sent. The
// caller closes the source; a read of r under way then is not waited for.
func Stream(r io.Reader) *Source {
	return &Source{Stream: transfer.NewStream(r), Identity: record.Source{Path: record.Stream, Size: -1}}
}

// FromReaderAt is a source of size bytes. The name stands for the path of a file
// in the record and is the default description.
func FromReaderAt(r io.ReaderAt, size int64, name string) *Source {
	return &Source{Name: name, At: r, Identity: record.Source{Path: name, Size: size}}
}

// String names the source as messages do.
func (s *Source) String() string {
	if s.Stream != nil {
		return "the stream"
	}
	return strconv.Quote(s.Identity.Path)
}

// Size returns the number of bytes, or -1 for a stream.
func (s *Source) Size() int64 { return s.Identity.Size }

// Close closes the file that OpenFile opened, or stops reading ahead in a stream.
func (s *Source) Close() error {
	switch {
	case s.Stream != nil:
		s.Stream.Close()
	case s.file != nil:
		return s.file.Close()
	}
	return nil
}

// Identify looks at the open file again.
func (s *Source) Identify() (record.Source, error) {
	if s.file == nil {
		return s.Identity, nil
	}
	info, err := s.file.Stat()
	if err != nil {
		return record.Source{}, Unreadable(s.Identity.Path, err)
	}
	id := record.Source{Path: s.Identity.Path, Size: info.Size(), ModTime: info.ModTime().UTC()}
	id.Inode, id.Change = inode(info)
	return id, nil
}

// CheckUnchanged compares the source with what it was when it was opened, and returns
// how it looks now. It looks at no bytes.
func (s *Source) CheckUnchanged() (now record.Source, err error) {
	if s.file == nil {
		return s.Identity, nil
	}
	if now, err = s.Identify(); err != nil {
		return now, err
	}
	what := Difference(s.Identity, now)
	if what == "" {
		what = s.replaced()
	}
	if what == "" {
		return now, nil
	}
	return now, fmt.Errorf("%w: %s: %s; nothing was completed", ErrSourceChanged, s, what)
}

// replaced says in words what became of the path since the file was opened.
func (s *Source) replaced() string {
	there, err := os.Stat(s.Identity.Path)
	if err != nil {
		return "there is no such file any more"
	}
	if opened, err := s.file.Stat(); err == nil && !os.SameFile(opened, there) {
		return "another file has taken its place"
	}
	return ""
}

// Difference says in words what differs between two looks at a file, or "". A
// changed inode change time is no difference, but a reason to look at the bytes: both
// a new name and an edit whose modification time was set back do that.
func Difference(was, is record.Source) string {
	switch {
	case was.Size != is.Size:
		return fmt.Sprintf("the size went from %d to %d bytes", was.Size, is.Size)
	case !was.ModTime.Equal(is.ModTime):
		return fmt.Sprintf("the modification time went from %s to %s", Stamp(was.ModTime), Stamp(is.ModTime))
	case was.Inode != is.Inode:
		return fmt.Sprintf("the inode went from %d to %d", was.Inode, is.Inode)
	}
	return ""
}

// ProvedSame reports whether two looks prove that the bytes are the same ones
// without reading them. The inode change time tells an edit in place whose
// modification time was set back.
func ProvedSame(was, is record.Source) bool {
	return !was.ModTime.IsZero() && Difference(was, is) == "" && was.Change.Equal(is.Change)
}

// Stamp shows a time to the nanosecond, as it is compared.
func Stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05.999999999") }

// OpenPlain opens a file that is read only to be compared.
func OpenPlain(path string) (*Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, Unreadable(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q %w to be compared: it is no plain file", path, ErrUnreadable)
	}
	return Open(path)
}
