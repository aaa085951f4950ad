package pack

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
)

// writeLarge writes a member whose content is not in memory. Its header is written first, so
// the content must have the size that the header says.
func (m *member) writeLarge(ctx context.Context) error {
	w := m.w
	if err := w.header(m.header()); err != nil {
		return err
	}
	if m.entry.Type == TypeFile {
		m.entry.Offset = w.frames.offset
	}
	if cap(w.buffer) < piece {
		w.buffer = make([]byte, piece)
	}
	w.hash.Reset()
	segments := &segmenter{large: m.size >= LargeFile && m.entry.Type == TypeFile}
	var broken error
	for left := m.size; left > 0; {
		if err := ctx.Err(); err != nil {
			return w.fail(err)
		}
		p := w.buffer[:min(left, piece)]
		if broken == nil {
			n, err := fill(m.content, p)
			if err != nil {
				broken = fmt.Errorf("read %q at %d of %d bytes: %w", m.entry.Name, m.size-left+int64(n), m.size, err)
				clear(p[n:])
			}
			w.hash.Write(p)
			segments.write(p)
		} else {
			clear(p)
		}
		if _, err := w.tar.Write(p); err != nil {
			return w.fail(err)
		}
		left -= int64(len(p))
	}
	m.written = true
	switch {
	case m.entry.Type != TypeFile: // a link, whose content is elsewhere
	case broken != nil:
		m.entry.Type = TypeBroken
	default:
		w.hash.Sum(m.entry.Digest[:0])
		m.segments = segments.sums()
	}
	return broken
}

// segmenter computes the digests of the segments of a large file. Pieces do not cross the end
// of a segment, because SegmentSize is a multiple of their size.
type segmenter struct {
	large   bool
	hash    hash.Hash
	size    int64 // bytes of the current segment
	digests []Digest
}

func (s *segmenter) write(p []byte) {
	if !s.large {
		return
	}
	if s.hash == nil {
		s.hash = sha256.New()
	}
	s.hash.Write(p)
	if s.size += int64(len(p)); s.size == SegmentSize {
		s.cut()
	}
}

func (s *segmenter) cut() {
	s.digests = append(s.digests, Digest(s.hash.Sum(nil)))
	s.hash.Reset()
	s.size = 0
}

func (s *segmenter) sums() []Digest {
	if s.size > 0 {
		s.cut()
	}
	return s.digests
}
