package transfer

import (
	"context"
	"io"
)

// Piece is one part of a source. It can be read repeatedly until it is released.
type Piece struct {
	Offset int64
	Size   int64
	// Sums are the hashes of the piece if the source has computed them, else the zero Sums.
	Sums Sums
	// Data contains the piece from its byte 0 on.
	Data io.ReaderAt
	// Release is called when the piece is not needed any more.
	Release func()
}

// Source returns the pieces of an archive in order. One goroutine calls Next, which returns
// io.EOF after the last piece. The last piece may be shorter than the others. Next may wait
// for the room of pieces that are not released yet.
type Source interface {
	Next(ctx context.Context) (Piece, error)
}

// FromReaderAt returns a source of the plan's Size bytes of r. It holds no bytes, since r
// can be read at any position.
func FromReaderAt(r io.ReaderAt, p Plan) Source {
	return &readerAtSource{r: r, plan: p}
}

type readerAtSource struct {
	r    io.ReaderAt
	plan Plan
	next int
}

func (s *readerAtSource) Next(context.Context) (Piece, error) {
	if s.next >= s.plan.Parts() {
		return Piece{}, io.EOF
	}
	offset, size := s.plan.Part(s.next)
	s.next++
	data := io.NewSectionReader(s.r, offset, size)
	return Piece{Offset: offset, Size: size, Data: data, Release: func() {}}, nil
}
