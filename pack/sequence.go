package pack

import "fmt"

// sequence checks what an entry must have in common with the lines before it. The Writer and
// the reader use the same checks.
type sequence struct {
	changes bool  // the lines are those of the changes, and have no offsets
	end     int64 // the content of all members ends before this offset of the tar stream
	last    int64 // the end of the last content
	files   int64 // entries that are not chunks
	file    Entry // the last entry that was not a chunk
	chunks  int64 // how many chunks it has
	covered int64 // the end of its last chunk, in the file
}

// next checks the next entry.
func (s *sequence) next(e *Entry) error {
	if err := e.validate(); err != nil {
		return err
	}
	if e.Type == TypeChunk {
		return s.chunk(e)
	}
	if err := s.finish(); err != nil {
		return err
	}
	if err := s.member(e); err != nil {
		return err
	}
	if s.files++; s.files > MaxFiles {
		return fmt.Errorf("there are more than %d files", MaxFiles)
	}
	s.file, s.chunks, s.covered = *e, 0, 0
	return nil
}

// member checks the place of a content.
func (s *sequence) member(e *Entry) error {
	switch {
	case s.changes && e.Type == TypeBroken, !s.changes && e.Type == TypeGone:
		return fmt.Errorf("%.100q has the type %q in the wrong list", e.Name, e.Type)
	case s.changes && e.Offset != 0:
		return fmt.Errorf("%.100q is a change and has an offset", e.Name)
	case e.Offset == 0:
		return nil
	case e.Offset < s.last+blockSize:
		return fmt.Errorf("the content of %.100q begins at %d, inside of the member before it", e.Name, e.Offset)
	case e.Size > s.end-e.Offset:
		return fmt.Errorf("the content of %.100q, %d bytes at %d, exceeds the data, which end at %d",
			e.Name, e.Size, e.Offset, s.end)
	}
	s.last = e.Offset + e.Size
	return nil
}

// chunk checks a chunk of the last file.
func (s *sequence) chunk(e *Entry) error {
	switch {
	case s.file.Type != TypeFile || e.Name != s.file.Name:
		return fmt.Errorf("a chunk of %.100q does not follow its file", e.Name)
	case e.ChunkOffset < s.covered:
		return fmt.Errorf("the chunk of %.100q at %d overlaps the one before it", e.Name, e.ChunkOffset)
	case e.ChunkSize > s.file.Size-e.ChunkOffset:
		return fmt.Errorf("the chunk of %.100q at %d exceeds the file", e.Name, e.ChunkOffset)
	case s.file.Size < LargeFile && !e.Zeros:
		return fmt.Errorf("%.100q has less than %d bytes and a segment", e.Name, LargeFile)
	case e.Offset != 0 && (s.changes || s.file.Offset != 0):
		return fmt.Errorf("a chunk of %.100q has an offset of its own", e.Name)
	case e.Offset != 0 && e.ChunkSize > s.end-e.Offset:
		return fmt.Errorf("a segment of %.100q, %d bytes at %d, exceeds the data, which end at %d",
			e.Name, e.ChunkSize, e.Offset, s.end)
	}
	if s.file.Size >= LargeFile {
		at := s.chunks * SegmentSize
		if e.ChunkOffset != at || e.ChunkSize != min(SegmentSize, s.file.Size-at) {
			return fmt.Errorf("the chunk of %.100q at %d is not a segment", e.Name, e.ChunkOffset)
		}
	}
	s.chunks++
	s.covered = e.ChunkOffset + e.ChunkSize
	return nil
}

// finish checks that the last file has all of its chunks, and that no chunk follows. In the changes, a file may be
// without, because its content was stored before.
func (s *sequence) finish() error {
	f := &s.file
	if f.Type != TypeFile || f.Size < LargeFile || s.covered == f.Size || s.changes && s.chunks == 0 {
		s.file = Entry{}
		return nil
	}
	return fmt.Errorf("the chunks of %.100q end at %d of %d bytes", f.Name, s.covered, f.Size)
}
