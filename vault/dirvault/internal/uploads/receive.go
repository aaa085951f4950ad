package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
)

// receiver receives the body of a part: one buffer, one hasher and its last
// leaf, used again for the next part.
type receiver struct {
	hasher *treehash.Hasher
	leaf   treehash.Hash
	buf    []byte
}

// chunkSize is how many bytes are received at a time: a divisor of a leaf, so
// that leaves end between chunks.
const chunkSize = treehash.LeafSize / 4

func newReceiver() *receiver {
	return &receiver{hasher: treehash.New(), buf: make([]byte, chunkSize)}
}

// receive moves part.Size bytes from body to w and their leaves to another
// writer, and compares them with the hashes in part, in one pass. The bytes that
// were written count for nothing until receive returns nil.
func (s *Store) receive(ctx context.Context, w, leaves io.Writer, body io.Reader, part vault.Part) error {
	r, ok := s.receivers.Get().(*receiver)
	if !ok {
		r = newReceiver()
	}
	defer s.receivers.Put(r)
	if err := r.move(ctx, w, leaves, body, part.Size); err != nil {
		return err
	}
	sums := r.hasher.Sums()
	// The linear hash comes first, as at the service: it is part of the signature, which
	// is checked before everything else.
	if !part.SHA256.IsZero() && sums.SHA256 != part.SHA256 {
		return &vault.ChecksumError{Linear: true, Sent: part.SHA256, Computed: sums.SHA256}
	}
	if sums.Tree != part.TreeHash {
		return &vault.ChecksumError{Sent: part.TreeHash, Computed: sums.Tree}
	}
	return nil
}

func (r *receiver) move(ctx context.Context, w, leaves io.Writer, body io.Reader, size int64) error {
	r.hasher.Reset()
	in := cancel.NewReader(ctx, body)
	for left := size; left > 0; {
		chunk := r.buf[:min(left, int64(len(r.buf)))]
		n, err := io.ReadFull(in, chunk)
		left -= int64(n)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return vault.Errorf(vault.ErrInvalid, "the body ended %d bytes early: %w", left, io.ErrUnexpectedEOF)
		case err != nil:
			return fmt.Errorf("read the body: %w", err)
		}
		if _, err := w.Write(chunk); err != nil {
			return err
		}
		if _, err := r.hasher.Write(chunk); err != nil {
			return err
		}
		if left == 0 || (size-left)%treehash.LeafSize == 0 {
			r.leaf = r.hasher.Leaf()
			if _, err := leaves.Write(r.leaf[:]); err != nil {
				return err
			}
		}
	}
	return r.atEnd(in, size)
}

// atEnd makes sure that the body has no more bytes than it should.
func (r *receiver) atEnd(in io.Reader, size int64) error {
	switch _, err := io.ReadFull(in, r.buf[:1]); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return fmt.Errorf("read the body: %w", err)
	default:
		return vault.Errorf(vault.ErrInvalid, "the body has more than %d bytes", size)
	}
}
