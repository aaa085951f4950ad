package transfer

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"sync"

	"firn/internal/crc64"
	"firn/internal/humane"
	"firn/treehash"
	"firn/vault"
)

// ErrSpool says that a part of a stream could not be stored on disk until it is
// acknowledged. What was acknowledged stays valid.
var ErrSpool = errors.New("no place to keep a part of the stream until it is acknowledged")

// Stream is a reader whose user can stop waiting for it. A goroutine reads ahead by one
// buffer. After Close it ends as soon as its present read returns, which nothing can end
// from outside.
type Stream struct {
	r      io.Reader
	start  sync.Once
	end    sync.Once
	chunks chan chunk
	quit   chan struct{}
	rest   []byte // read but not taken
	err    error  // the error behind rest
}

type chunk struct {
	data []byte
	err  error
}

// NewStream returns a stream of the bytes of r. The caller closes it.
func NewStream(r io.Reader) *Stream {
	return &Stream{r: r, chunks: make(chan chunk), quit: make(chan struct{})}
}

// Close lets the reading goroutine end. It may be called repeatedly.
func (s *Stream) Close() {
	s.start.Do(func() {}) // if the goroutine has not started, it never will
	s.end.Do(func() { close(s.quit) })
}

// pump reads into two buffers in turn: while one is in use, it fills the other.
func (s *Stream) pump() {
	buffers := [2][]byte{make([]byte, hashBuffer), make([]byte, hashBuffer)}
	for i := 0; ; i = 1 - i {
		n, err := s.r.Read(buffers[i])
		select {
		case s.chunks <- chunk{buffers[i][:n], err}:
		case <-s.quit:
			return
		}
		if err != nil {
			return
		}
	}
}

// await waits until rest is not empty. At the end of the stream it returns io.EOF.
func (s *Stream) await(ctx context.Context) error {
	s.start.Do(func() { go s.pump() })
	for len(s.rest) == 0 {
		if s.err != nil {
			return s.err
		}
		select {
		case c := <-s.chunks:
			s.rest, s.err = c.data, c.err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// Empty reports whether the stream is at its end. It waits for the next byte.
func (s *Stream) Empty(ctx context.Context) (bool, error) {
	err := s.await(ctx)
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

// take returns the next bytes, at most limit. They are valid until the next call.
func (s *Stream) take(ctx context.Context, limit int64) ([]byte, error) {
	if err := s.await(ctx); err != nil {
		return nil, err
	}
	n := min(int64(len(s.rest)), limit)
	data := s.rest[:n]
	s.rest = s.rest[n:]
	return data, nil
}

// FromStream returns a source of all bytes of s. It writes each part to a file in dir while
// it hashes it, and keeps the file until the part is released, so that the part can be sent
// again. A stream that is longer than the limits allow fails with an error that wraps
// vault.ErrInvalid, a full disk with ErrSpool.
func FromStream(s *Stream, p Plan, l vault.Limits, dir string) Source {
	source := &streamSource{stream: s, plan: p, maxParts: l.MaxParts, dir: dir, hasher: treehash.New()}
	if l.CRC64 {
		source.crc = crc64.New()
	}
	return source
}

type streamSource struct {
	stream   *Stream
	plan     Plan
	maxParts int
	dir      string
	hasher   *treehash.Hasher
	crc      hash.Hash64 // nil: not needed
	parts    int
}

func (s *streamSource) Next(ctx context.Context) (Piece, error) {
	ended, err := s.stream.Empty(ctx)
	switch {
	case err != nil:
		return Piece{}, s.failure(ctx, 0, err)
	case ended:
		return Piece{}, io.EOF
	case s.parts == s.maxParts:
		return Piece{}, vault.Errorf(vault.ErrInvalid, "the stream is longer than %d parts of %s can hold; "+
			"say how long it may become, or choose larger parts", s.maxParts, humane.Bytes(s.plan.PartSize))
	}
	file, release, err := spoolFile(s.dir)
	if err != nil {
		return Piece{}, err
	}
	size, err := s.fill(ctx, file)
	if err != nil {
		release()
		return Piece{}, err
	}
	piece := Piece{
		Offset: int64(s.parts) * s.plan.PartSize, Size: size,
		Sums: s.sums(), Data: file, Release: release,
	}
	s.parts++
	return piece, nil
}

// fill writes one part to its file and returns its size.
func (s *streamSource) fill(ctx context.Context, file io.Writer) (size int64, err error) {
	s.hasher.Reset()
	if s.crc != nil {
		s.crc.Reset()
	}
	for size < s.plan.PartSize {
		data, err := s.stream.take(ctx, s.plan.PartSize-size)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, s.failure(ctx, size, err)
		}
		if _, err := file.Write(data); err != nil {
			return 0, spoolError(s.dir, err)
		}
		_, _ = s.hasher.Write(data) // never fails
		if s.crc != nil {
			_, _ = s.crc.Write(data) // never fails either
		}
		size += int64(len(data))
	}
	return size, nil
}

func (s *streamSource) sums() Sums {
	sums := Sums{Sums: s.hasher.Sums()}
	if s.crc != nil {
		sums.CRC64 = crc64.Sum(s.crc.Sum64())
	}
	return sums
}

// failure distinguishes the stream's own failure from a cancelled wait.
func (s *streamSource) failure(ctx context.Context, size int64, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return &sourceError{fmt.Errorf("after byte %d: %w", int64(s.parts)*s.plan.PartSize+size, err)}
}

// spoolError returns an error about a part that cannot be kept. It names the directory: the
// name of the file means nothing to the user.
func spoolError(dir string, err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return fmt.Errorf("%w: directory %q: %w", ErrSpool, dir, err)
}

// spoolFile creates a file for one part. If the system allows it, spoolFile removes the
// name at once, so that nothing is left of the file when the process is killed.
func spoolFile(dir string) (file *os.File, release func(), err error) {
	file, err = os.CreateTemp(dir, "firn-part-*")
	if err != nil {
		return nil, nil, spoolError(dir, err)
	}
	named := os.Remove(file.Name()) != nil
	return file, func() {
		_ = file.Close() // nothing in it is needed any more
		if named {
			_ = os.Remove(file.Name())
		}
	}, nil
}
