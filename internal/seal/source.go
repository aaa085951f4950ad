package seal

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// source is the sealed file as age reads it: chunk by chunk. It fetches all chunks of a read
// at once.
type source struct {
	head []byte
	src  io.ReaderAt

	mu      sync.Mutex
	windows []*window // one for each read that runs
	spare   []byte    // of a read that has ended, because the system clears new memory
}

// maxSpare is the size of the largest buffer that is kept: that of a frame of 1 MiB is.
const maxSpare = 4 << 20

// A window is the range of the chunks of one read. The first chunk that age asks for fetches
// it, from this chunk on, because age may still have the chunks before.
type window struct {
	Range
	users int // reads that may still copy from data; guarded by the mutex of the source
	once  sync.Once
	start int64 // where data begins in the file
	data  []byte
	err   error
}

// sourceError carries an error of the source through age.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// explain returns the error of the source that err stands for; if there is none, a chunk is
// not authentic, and text says so.
func (s *source) explain(err error, text string) error {
	if cause := new(sourceError); errors.As(err, &cause) {
		return cause.err
	}
	return fmt.Errorf("%w: %s", ErrChanged, text)
}

func (s *source) expect(r Range) *window {
	w := &window{Range: r, users: 1}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.windows = append(s.windows, w)
	return w
}

func (s *source) forget(w *window) {
	s.mu.Lock()
	s.windows = slices.DeleteFunc(s.windows, func(other *window) bool { return other == w })
	s.mu.Unlock()
	s.release(w)
}

// find returns a window with n bytes from off on, or nil. The caller releases it.
func (s *source) find(off, n int64) *window {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.windows {
		if off >= w.Offset && off+n <= w.Offset+w.Size {
			w.users++
			return w
		}
	}
	return nil
}

func (s *source) release(w *window) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.users--; w.users == 0 && cap(w.data) <= maxSpare && cap(w.data) > cap(s.spare) {
		s.spare = w.data
	}
}

// buffer returns n bytes of any content.
func (s *source) buffer(n int64) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if int64(cap(s.spare)) < n {
		return make([]byte, n)
	}
	b := s.spare[:n]
	s.spare = nil
	return b
}

// ReadAt serves age: its header from the head, chunks from a window.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if off < int64(len(s.head)) {
		n := copy(p, s.head[off:])
		if n < len(p) {
			return n, io.EOF // age reads no further than the head here
		}
		return n, nil
	}
	w := s.find(off, int64(len(p)))
	if w == nil {
		return s.fetch(p, off)
	}
	defer s.release(w)
	w.once.Do(func() {
		data := s.buffer(w.Offset + w.Size - off)
		_, w.err = s.fetch(data, off)
		w.start, w.data = off, data
	})
	if off < w.start { // another read, which began later in the file, has fetched this window
		return s.fetch(p, off)
	}
	if w.err != nil {
		return 0, w.err
	}
	return copy(p, w.data[off-w.start:]), nil
}

func (s *source) fetch(p []byte, off int64) (int, error) {
	if err := readFull(s.src, p, off); err != nil {
		return 0, &sourceError{err}
	}
	return len(p), nil
}

// readFull fills p from src.
func readFull(src io.ReaderAt, p []byte, off int64) error {
	n, err := src.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF { // not a wrapped EOF, which may be that of a connection
		return fmt.Errorf("%w: it has %d bytes from byte %d on, and not %d", ErrTruncated, n, off, len(p))
	}
	return err
}
