package pack

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
)

// member is a file that is being added.
type member struct {
	w       *Writer
	entry   Entry
	size    int64 // bytes of content in the tar stream
	content io.Reader
	holes   []Range
	written bool // wholly, even if its content is broken

	segments []Digest // of a large file
}

// check checks an entry before anything is written.
func (w *Writer) check(e Entry, content io.Reader, holes []Range) (*member, error) {
	e.Offset, e.Digest = 0, Digest{}
	e.ModTime, e.ChangeTime = fit(e.ModTime), fit(e.ChangeTime)
	m := &w.member
	*m = member{w: w, entry: e, content: content, holes: holes}
	switch {
	case e.Type == TypeChunk || e.Type == TypeBroken || e.Type == TypeGone:
		return nil, fmt.Errorf("an entry of type %q is no member of a pack", e.Type)
	case e.Type == TypeFile || e.Type == TypeHardlink && content != nil:
		m.size = e.Size
	default:
		m.content = nil
	}
	if e.Type == TypeHardlink {
		m.entry.Size = 0
	}
	check := m.entry
	if check.Type == TypeFile {
		check.Digest = Digest{1} // it is not known yet
	}
	if err := check.validate(); err != nil {
		return nil, err
	}
	if e.Type == TypeFile && content == nil {
		return nil, fmt.Errorf("the file %q has no content", e.Name)
	}
	if err := w.index.sequence.finish(); err != nil {
		return nil, err
	}
	if w.index.sequence.files == MaxFiles {
		return nil, fmt.Errorf("%w: it has %d files", ErrFull, MaxFiles)
	}
	if err := w.room(m.size); err != nil {
		return nil, err
	}
	return m, m.checkLines(check)
}

// checkLines makes sure that the lines of the index can be written later.
func (m *member) checkLines(e Entry) error {
	end := int64(0)
	for _, hole := range m.holes {
		if m.entry.Type != TypeFile || hole.Offset < end || hole.Size <= 0 || hole.Size > m.size-hole.Offset {
			return fmt.Errorf("the holes of %q are not ranges of it in their order", m.entry.Name)
		}
		end = hole.Offset + hole.Size
	}
	weight := len(e.Name) + len(e.LinkName) + len(e.UserName) + len(e.GroupName)
	for name, value := range e.Xattrs {
		weight += 3*len(name) + len(value) + 40 // in the tar header
	}
	if weight > MaxLine-blockSize {
		return fmt.Errorf("the tar header of %.100q would have %d bytes; the limit is %d", e.Name, weight, MaxLine)
	}
	if weight > MaxLine/8 {
		e.Offset, e.Digest, e.ChunkOffset, e.ChunkSize = 1<<62, Digest{1}, 1<<62, 1<<62
		if err := m.w.index.encodeEntry(&e); err != nil {
			return fmt.Errorf("list %.100q: %w", e.Name, err)
		}
	}
	// A chunk takes less than its name and 512 bytes.
	chunks := int64(len(m.holes))
	if m.size >= LargeFile {
		chunks = m.size/SegmentSize + 1
	}
	if m.w.index.spool.size+MaxLine+chunks*int64(6*len(e.Name)+512) > MaxIndexSize {
		return fmt.Errorf("%w: the index has %d bytes", ErrFull, m.w.index.spool.size)
	}
	return nil
}

// write writes the header and the content.
func (m *member) write(ctx context.Context) error {
	if m.content == nil {
		err := m.w.header(m.header())
		m.written = err == nil
		return err
	}
	if m.size <= BufferedFile {
		return m.writeBuffered()
	}
	return m.writeLarge(ctx)
}

// chunks returns the chunks of the file: its segments or its holes.
func (m *member) chunks() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for i, digest := range m.segments {
			at := int64(i) * SegmentSize
			chunk := Entry{Type: TypeChunk, Name: m.entry.Name, ChunkOffset: at, ChunkSize: min(SegmentSize, m.size-at)}
			if m.isHole(at, chunk.ChunkSize) {
				chunk.Zeros = true
			} else {
				chunk.ChunkDigest = digest
			}
			if !yield(chunk) {
				return
			}
		}
		if m.size >= LargeFile {
			return
		}
		for _, hole := range m.holes {
			chunk := Entry{Type: TypeChunk, Name: m.entry.Name, ChunkOffset: hole.Offset, ChunkSize: hole.Size, Zeros: true}
			if !yield(chunk) {
				return
			}
		}
	}
}

// isHole reports whether a segment lies in a hole.
func (m *member) isHole(offset, size int64) bool {
	return slices.ContainsFunc(m.holes, func(hole Range) bool {
		return hole.Offset <= offset && offset+size <= hole.Offset+hole.Size
	})
}
