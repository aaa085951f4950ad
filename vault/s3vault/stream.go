package s3vault

import (
	"context"
	"io"
	"sync"

	"firn/vault"
)

// If a service has no ranges, an object is read from its beginning. Consecutive ranges
// share one request: the stream that ends where the next range begins is kept for it.

// stream is an answer with a whole object, read up to a position.
type stream struct {
	of     vault.JobID
	body   io.ReadCloser
	at     int64 // position of the next byte
	size   int64 // bytes of the whole object
	cancel context.CancelCauseFunc
}

func (s *stream) close() error {
	s.cancel(nil)
	return s.body.Close()
}

// kept holds the stream that nobody is reading at the moment.
type kept struct {
	mu     sync.Mutex
	stream *stream
}

// take returns the kept stream of a job if it has not passed offset; else nil.
func (k *kept) take(of vault.JobID, offset int64) *stream {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.stream
	if s == nil || s.of != of || s.at > offset {
		return nil
	}
	k.stream = nil
	return s
}

// reached returns the position of the stream that take would return; 0 if there is none.
func (k *kept) reached(of vault.JobID, offset int64) int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.stream; s != nil && s.of == of && s.at <= offset {
		return s.at
	}
	return 0
}

// put keeps a stream, or none if s is nil, and closes the stream kept before.
func (k *kept) put(s *stream) error {
	k.mu.Lock()
	was := k.stream
	k.stream = s
	k.mu.Unlock()
	if was == nil {
		return nil
	}
	return was.close()
}

// readOn reads a range of the object of a job, from the kept stream if possible.
func (v *Vault) readOn(ctx context.Context, what string, j job, r vault.Range) (vault.Output, error) {
	s := v.kept.take(j.ID(), r.Offset)
	if s == nil {
		on, cancel := context.WithCancelCause(context.WithoutCancel(ctx)) // the stream outlives this request
		unhook := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
		defer unhook()
		whole, err := v.get(on, what, j, vault.Range{})
		if err != nil {
			cancel(nil)
			return vault.Output{}, err
		}
		s = &stream{of: j.ID(), body: whole, size: whole.Size, cancel: cancel}
	}
	if s.size < r.End() {
		_ = s.close() // the stream is too short
		return vault.Output{}, vault.Errorf(vault.ErrGarbled, "%s: the object has %d bytes, and not bytes %d to %d",
			v.what(what), s.size, r.Offset, r.End()-1)
	}
	unhook := context.AfterFunc(ctx, func() { s.cancel(context.Cause(ctx)) })
	part := &section{body: s.body, skip: r.Offset - s.at, left: r.Size}
	part.end = func() error {
		if !unhook() || part.left > 0 || r.End() == s.size {
			return s.close()
		}
		s.at = r.End()
		return v.kept.put(s)
	}
	return vault.Output{ReadCloser: part, Size: r.Size}, nil
}
