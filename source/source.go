// Package source is the local side of an upload: the bytes of a file, a stream or any
// io.ReaderAt, and the check that a file has not changed while it was read.
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

// Source is the local bytes of one archive. [Open], [Stream] and [FromReaderAt] make one. The
// caller closes it. It serves one upload.
type Source struct {
	// Identity is the path, size and times of the file when it was opened. The record finds an
	// earlier upload by its path.
	Identity record.Source
	Name     string           // default of the description, and of the archive's name
	At       io.ReaderAt      // the bytes; nil for a stream
	Stream   *transfer.Stream // nil unless the source is a stream
	file     *os.File         // nil unless the source is a file that may change
	spooled  *os.File         // nil unless the source is in a Spool
}

// Open opens a file as a source. It opens the file once and reads only through that descriptor,
// so bytes of a file that is renamed over it later are not mixed in. The error for a directory,
// a device, a file without read permission or one of unknown size wraps ErrUnreadable.
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
	if s.Identity, err = s.Identify(); err == nil {
		err = s.checkSize(path)
	}
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return s, nil
}

// checkSize refuses a file whose size the system reports as 0 although it has bytes, as that of
// most files below /proc: it would be stored as an empty archive.
func (s *Source) checkSize(path string) error {
	if s.Identity.Size > 0 {
		return nil
	}
	if n, _ := s.file.ReadAt(make([]byte, 1), 0); n == 0 { // an error is reported when the file is read
		return nil
	}
	now, err := s.Identify() // another process may have begun to write
	if err == nil && now.Size == 0 {
		err = &NotAFileError{Path: path, Sizeless: true}
	}
	s.Identity = now
	return err
}

// advised is a file that the engine may read at many offsets at once.
type advised struct{ *os.File }

// WillRead asks the system to read bytes from the disk in advance.
func (a advised) WillRead(offset, size int64) bool { return disk.WillRead(a.File, offset, size) }

// Memory returns the size of the machine's memory in bytes.
func (advised) Memory() int64 { return disk.Memory() }

// checkKind refuses anything but a plain file before it is opened, because opening a pipe would
// wait for a writer.
func checkKind(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return &NotAFileError{Path: path, Directory: info.IsDir()}
}

// Unreadable wraps err with ErrUnreadable and the path. It drops the second path that errors of
// package os contain.
func Unreadable(path string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("%q %w: %w", path, ErrUnreadable, err)
}

// Stream returns a source that can be read only once and has no known size. An upload from it
// continues only if the caller feeds the same bytes again from the start: firn then recognises
// the parts that the vault holds by their hashes and does not send them. Close does not wait
// for a read of r in progress.
func Stream(r io.Reader) *Source {
	return &Source{Stream: transfer.NewStream(r), Identity: record.Source{Path: record.Stream, Size: -1}}
}

// FromReaderAt returns a source of size bytes. The name replaces the path of a file in the
// record, and is the default description.
func FromReaderAt(r io.ReaderAt, size int64, name string) *Source {
	return &Source{Name: name, At: r, Identity: record.Source{Path: name, Size: size}}
}

// String returns the source's name for messages.
func (s *Source) String() string {
	if s.Stream != nil {
		return "the stream"
	}
	return strconv.Quote(s.Identity.Path)
}

// Size returns the number of bytes, or -1 for a stream.
func (s *Source) Size() int64 { return s.Identity.Size }

// Close closes the file that Open opened, or stops the reading ahead in a stream.
func (s *Source) Close() error {
	switch {
	case s.Stream != nil:
		s.Stream.Close()
	case s.file != nil:
		return s.file.Close()
	case s.spooled != nil:
		return s.spooled.Close()
	}
	return nil
}

// Identify reads the current size and times of the open file.
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

// CheckUnchanged compares the current size and times of the file with those from when it was
// opened, and returns the current ones. If they differ, or the path leads to another file, the
// error wraps ErrSourceChanged. It reads no bytes.
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

// replaced says in words that the path no longer leads to the open file, or returns "".
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

// Difference says in words how two identities of a file differ, or returns "". Another change
// time of the inode is not a difference, because a rename also changes it. But it is a reason
// to compare the bytes: an edit whose modification time was restored changes only it.
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

// LooksUnchanged reports whether two identities show, without reading the file, that the bytes
// are the same. It compares the inode's change time as well, which reveals an edit in place
// after which the modification time was restored.
func LooksUnchanged(was, is record.Source) bool {
	return !was.ModTime.IsZero() && Difference(was, is) == "" && was.Change.Equal(is.Change)
}

// Stamp formats a time to the nanosecond, because firn compares times to the nanosecond.
func Stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05.999999999") }

// OpenPlain opens a plain file that is only read, to be compared or imported.
func OpenPlain(path string) (*Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, Unreadable(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q %w to be compared: it is not a regular file", path, ErrUnreadable)
	}
	return Open(path)
}
