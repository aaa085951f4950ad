package transfer

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// body is the bytes of a part that is being sent. It distinguishes failures of the source
// from failures of the network.
type body struct {
	*io.SectionReader
	flow   *flow
	failed atomic.Pointer[sourceError]
}

// Read returns the next bytes, as many as the flow allows.
func (b *body) Read(p []byte) (int, error) {
	allowed, err := b.flow.allow(len(p))
	if err != nil {
		return 0, err
	}
	n, err := b.SectionReader.Read(p[:allowed])
	b.flow.dog.feed()
	b.flow.count(int64(n))
	if errors.Is(err, io.EOF) && b.flow.at < b.Size() {
		err = fmt.Errorf("%w: it is shorter than it was", ErrSourceChanged)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed.Store(&sourceError{err})
	}
	return n, err
}

// Seek is used by a kind that must send the part again.
func (b *body) Seek(offset int64, whence int) (int64, error) {
	pos, err := b.SectionReader.Seek(offset, whence)
	if err == nil {
		b.flow.count(pos - b.flow.at)
	}
	return pos, err
}

// sourceFailure returns the error that the source returned while it was read, or nil.
func (b *body) sourceFailure() error {
	if failure := b.failed.Load(); failure != nil {
		return failure
	}
	return nil
}
