package pack

import (
	"errors"
	"fmt"
	"math/bits"
)

// writeBuffered writes a member whose whole content is read before.
func (m *member) writeBuffered() error {
	w := m.w
	if err := m.read(); err != nil {
		return err
	}
	return m.writeKnown(Digest(w.hash.Sum(nil)), w.buffer[:m.size])
}

// writeKnown writes a member whose whole content and digest are known.
func (m *member) writeKnown(digest Digest, content []byte) error {
	w := m.w
	if err := w.header(m.header()); err != nil {
		return err
	}
	if m.entry.Type == TypeFile {
		m.entry.Offset, m.entry.Digest = w.frames.offset, digest
	}
	if _, err := w.tar.Write(content); err != nil {
		return w.fail(err)
	}
	m.written = true
	return nil
}

// read reads the content into the buffer and hashes it.
func (m *member) read() error {
	w := m.w
	if m.size >= int64(cap(w.buffer)) {
		w.buffer = make([]byte, min(BufferedFile+1, 1<<bits.Len64(uint64(max(m.size, piece)))))
	}
	w.buffer = w.buffer[:m.size+1] // one more, to see whether the content ends
	w.hash.Reset()
	for size := 0; ; {
		n, err := fill(m.content, w.buffer[size:min(size+piece, len(w.buffer))])
		w.hash.Write(w.buffer[size : size+n])
		size += n
		switch {
		case errors.Is(err, ErrShort) && int64(size) == m.size:
			return nil
		case errors.Is(err, ErrShort):
			return fmt.Errorf("add %q: %w: from %d to %d bytes", m.entry.Name, ErrChanged, m.size, size)
		case err != nil:
			return fmt.Errorf("read %q: %w", m.entry.Name, err)
		case int64(size) > m.size:
			return fmt.Errorf("add %q: %w: it has more than %d bytes", m.entry.Name, ErrChanged, m.size)
		}
	}
}
