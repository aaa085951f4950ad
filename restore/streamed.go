package restore

import (
	"cmp"
	"context"
	"io"
	"slices"

	"firn/pack"
	"firn/record"
)

// streamed is the only file of a plan. It reads the pieces of its content from their packs, of
// which it keeps one open.
type streamed struct {
	*Plan
	ctx    context.Context
	path   string
	size   int64
	digest record.Digest
	pieces []located // in the order of the file
	open   *opened
	stream *pack.Stream
}

// located is a piece with its pack.
type located struct {
	piece
	in *needed
}

// find finds the pieces.
func (s *streamed) find() error {
	for c, err := range s.stored.Read(s.empty) {
		if err != nil {
			return err
		}
		s.path, s.digest = c.Of.Path, c.Digest
	}
	for _, n := range s.needed {
		for c, err := range s.stored.Read(n.pieces) {
			if err != nil {
				return err
			}
			s.path, s.size, s.digest = c.Of.Path, c.Bytes, c.Digest
			s.pieces = append(s.pieces, located{c, n})
		}
	}
	if len(s.large) == 1 {
		s.path, s.size, s.digest = s.large[0].Path, s.large[0].Size, s.large[0].Digest
	}
	slices.SortFunc(s.pieces, func(a, b located) int { return cmp.Compare(a.At, b.At) })
	return nil
}

// reader returns a reader of the content, from its beginning.
func (s *streamed) reader() io.Reader {
	return io.NewSectionReader(s, 0, s.size)
}

// ReadAt implements io.ReaderAt. Between the pieces are zero bytes.
func (s *streamed) ReadAt(p []byte, offset int64) (n int, err error) {
	for n < len(p) {
		at := offset + int64(n)
		if at >= s.size {
			return n, io.EOF
		}
		i, found := slices.BinarySearchFunc(s.pieces, at, func(c located, at int64) int {
			switch {
			case c.At > at:
				return 1
			case c.At+c.Bytes <= at:
				return -1
			}
			return 0
		})
		end := s.size
		if i < len(s.pieces) {
			end = s.pieces[i].At
		}
		if !found {
			part := p[n:min(len(p), n+int(min(end-at, int64(len(p)))))]
			clear(part)
			n += len(part)
			continue
		}
		m, err := s.readPiece(s.pieces[i], p[n:], at)
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// readPiece reads from one piece; at is in the file.
func (s *streamed) readPiece(c located, p []byte, at int64) (int, error) {
	if s.open == nil || s.open.Key != c.in.key {
		if err := s.close(); err != nil {
			return 0, err
		}
		where, err := s.layout(s.ctx, c.in)
		if err != nil {
			return 0, err
		}
		if s.open, err = where.open(s.work, c.in.ranges, s.options.Identities); err != nil {
			return 0, err
		}
		s.stream = s.open.tail.Open(s.open.plain)
	}
	p = p[:min(int64(len(p)), c.At+c.Bytes-at)]
	return s.stream.ReadAt(p, c.Place+at-c.At)
}

// close closes the open pack.
func (s *streamed) close() error {
	if s.open == nil {
		return nil
	}
	o := s.open
	s.open = nil
	return o.close()
}
