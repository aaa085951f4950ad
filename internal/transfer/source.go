package transfer

import (
	"context"
	"io"
)

// Piece is one part of a source, readable as often as needed until released.
type Piece struct {
	Offset int64
	Size   int64
	// Sums are those of the piece if the source has computed them, else the zero
	// Sums.
	Sums Sums
	// Data holds the piece from its byte 0 on.
	Data io.ReaderAt
	// Release is called when the piece is not needed any more.
	Release func()
}

// Source yields the pieces of an archive in order. Next is called by one
// goroutine; it returns io.EOF after the last piece, which may be shorter than
// the others. A released piece may free room that Next waits for.
type Source interface {
	Next(ctx context.Context) (Piece, error)
}

// FromReaderAt is the source of the plan's Size bytes of r, which stay readable
// at any place, so that nothing needs to be held.
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
