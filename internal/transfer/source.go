package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"firn/treehash"
	"firn/vault"
)

// Piece is one part of a source, readable as often as needed until released.
type Piece struct {
	Offset int64
	Size   int64
	// Sums are the hashes of the piece if the source has computed them, else
	// the zero Sums.
	Sums treehash.Sums
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

// FromStream is the source of everything that r yields. Each part is written to
// a file of its own in dir while it is hashed, and stays there until it is
// released, so that it can be sent again. A stream that is longer than the plan
// can hold fails with an error that wraps vault.ErrInvalid.
func FromStream(r io.Reader, p Plan, maxParts int, dir string) Source {
	return &streamSource{r: r, plan: p, maxParts: maxParts, dir: dir, hasher: treehash.New()}
}

type streamSource struct {
	r        io.Reader
	plan     Plan
	maxParts int
	dir      string
	hasher   *treehash.Hasher
	parts    int
	ended    bool
}

func (s *streamSource) Next(ctx context.Context) (Piece, error) {
	if s.ended {
		return Piece{}, io.EOF
	}
	file, err := os.CreateTemp(s.dir, "part-*")
	if err != nil {
		return Piece{}, spoolError(err)
	}
	release := func() {
		_ = file.Close() // nothing in it is needed any more
		_ = os.Remove(file.Name())
	}
	size, err := s.fill(ctx, file)
	if err != nil {
		release()
		return Piece{}, err
	}
	if size == 0 {
		release()
		return Piece{}, io.EOF
	}
	if s.parts == s.maxParts {
		release()
		return Piece{}, fmt.Errorf(
			"the stream is longer than %d parts of %s can hold; say how long it may become, or choose larger parts: %w",
			s.maxParts, bytesText(s.plan.PartSize), vault.ErrInvalid)
	}
	piece := Piece{
		Offset: int64(s.parts) * s.plan.PartSize, Size: size,
		Sums: s.hasher.Sums(), Data: file, Release: release,
	}
	s.parts++
	return piece, nil
}

// fill spools one part and returns its size; s.ended is set at the stream's end.
func (s *streamSource) fill(ctx context.Context, file io.Writer) (int64, error) {
	s.hasher.Reset()
	from := &interruptible{ctx: ctx, r: s.r}
	size, err := io.Copy(io.MultiWriter(file, s.hasher), io.LimitReader(from, s.plan.PartSize))
	switch {
	case from.failed != nil:
		return 0, &sourceError{fmt.Errorf("after byte %d: %w", int64(s.parts)*s.plan.PartSize+size, from.failed)}
	case err != nil:
		return 0, spoolError(err)
	}
	s.ended = size < s.plan.PartSize
	return size, nil
}

func spoolError(err error) error {
	return fmt.Errorf("cannot keep a part of the stream on disk until it is acknowledged: %w", err)
}

// interruptible ends between two reads when its context does, and remembers
// what the stream failed with.
type interruptible struct {
	ctx    context.Context
	r      io.Reader
	failed error
}

func (i *interruptible) Read(p []byte) (int, error) {
	if i.ctx.Err() != nil {
		return 0, context.Cause(i.ctx)
	}
	n, err := i.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		i.failed = err
	}
	return n, err
}
