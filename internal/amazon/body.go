package amazon

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// Body is the body of a request: size bytes of r from its present position. It
// distinguishes a failure of the source, which the caller handles, from a failure of the
// network. It does not use r after End, because the HTTP transport may still be reading
// when it returns an early answer.
type Body struct {
	mu     sync.Mutex
	r      io.ReadSeeker
	size   int64
	at     int64 // position of the reader of the body
	pos    int64 // position of r, counted from its start
	err    error // the first failure of r
	closed bool
}

// NewBody returns a request body with size bytes of r from its present position.
func NewBody(r io.ReadSeeker, size int64) *Body { return &Body{r: r, size: size} }

// Read reads the next bytes. It first seeks in r if the two positions differ.
func (b *Body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return 0, os.ErrClosed
	case b.err != nil:
		return 0, b.err
	case b.at >= b.size:
		return 0, io.EOF
	}
	if b.pos != b.at {
		// The seek is relative, so that the start need not be known, and a source that
		// cannot seek works as long as it is read once.
		if _, err := b.r.Seek(b.at-b.pos, io.SeekCurrent); err != nil {
			b.err = fmt.Errorf("the part cannot be read again: %w", err)
			return 0, b.err
		}
		b.pos = b.at
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.size-b.at)])
	b.at += int64(n)
	b.pos = b.at
	if errors.Is(err, io.EOF) && b.at < b.size {
		err = fmt.Errorf("the source ended after %d of %d bytes: %w", b.at, b.size, io.ErrUnexpectedEOF)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// Seek moves within the part. It does not touch r until the next Read, since the SDK seeks
// to the end and back only to find the size.
func (b *Body) Seek(offset int64, whence int) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch whence {
	case io.SeekCurrent:
		offset += b.at
	case io.SeekEnd:
		offset += b.size
	}
	if offset < 0 || offset > b.size {
		return 0, fmt.Errorf("seek to byte %d of a part of %d", offset, b.size)
	}
	b.at = offset
	return offset, nil
}

// End waits for a Read in progress and ends all use of r. It returns the number of bytes
// read since the last seek to the start, and the failure of r.
func (b *Body) End() (read int64, failure error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return b.at, b.err
}
