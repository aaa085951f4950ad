package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"firn/treehash"
	"firn/vault"
)

// receiver is the memory for one segment at a time: a small buffer if the segment goes to
// an io.WriterAt, else a buffer for a whole segment.
type receiver struct {
	buffer []byte
	tree   *treehash.TreeHasher
}

// receiveBuffer is the number of bytes that are written at a time. There is one such buffer
// for each segment in flight. Twice the size gains little, half the size costs a little.
const receiveBuffer = 128 << 10

func (f *fetcher) newReceiver() *receiver {
	size := int64(receiveBuffer)
	if f.Ordered != nil {
		size = f.largest
	}
	return &receiver{buffer: make([]byte, size), tree: treehash.NewTree()}
}

// received describes a segment that arrived completely.
type received struct {
	hash   treehash.Hash
	proved bool // the vault returned the same hash
}

// receive makes one attempt at a segment. It reads every byte once and writes it while it
// is still in the processor's cache. It also hashes it then, unless hashing the whole
// segment at the end is faster.
func (f *fetcher) receive(on *flow, r vault.Range, in *receiver) (received, error) {
	out, err := f.Open(on.ctx, r)
	if err != nil {
		return received{}, err
	}
	defer out.Close()
	if out.Size != r.Size {
		return received{}, vault.Errorf(vault.ErrGarbled, "the vault announced %d bytes for bytes %d to %d", out.Size, r.Offset, r.End()-1)
	}
	in.tree.Reset()
	late := f.hashesLate(r.Size)
	for at := int64(0); at < r.Size; {
		piece := in.buffer[:min(int64(len(in.buffer)), r.Size-at)]
		if f.Ordered != nil {
			piece = in.buffer[at:min(at+receiveBuffer, r.Size)]
		}
		n, err := on.fill(out, piece)
		if err != nil && !errors.Is(err, io.EOF) {
			return received{}, err
		}
		if n < len(piece) {
			return received{}, wrongLength(r, at+int64(n))
		}
		if !late {
			in.tree.Write(piece)
		}
		if f.Ordered == nil {
			if _, err := f.At.WriteAt(piece, r.Offset+at); err != nil {
				return received{}, unwritten(r.Offset+at, r.Offset+at+int64(n), err)
			}
		}
		at += int64(n)
	}
	if err := on.ended(out); err != nil {
		return received{}, err
	}
	got := received{proved: !out.TreeHash.IsZero()}
	if got.hash, err = f.hash(on.ctx, r, in, late); err != nil {
		return received{}, err
	}
	if got.proved && out.TreeHash != got.hash {
		return received{}, &vault.ChecksumError{Sent: out.TreeHash, Computed: got.hash}
	}
	return got, nil
}

// hashesLate reports whether a segment is hashed only when it is complete: in memory, or in
// the file, if that can be read.
func (f *fetcher) hashesLate(size int64) bool {
	return treehash.Broad(size) && (f.Ordered != nil || f.back != nil)
}

// hash returns the tree hash of a complete segment.
func (f *fetcher) hash(ctx context.Context, r vault.Range, in *receiver, late bool) (treehash.Hash, error) {
	if !late {
		return in.tree.Sum(), nil
	}
	if err := f.hashing.acquire(ctx); err != nil {
		return treehash.Hash{}, err
	}
	defer f.hashing.release()
	if f.Ordered != nil {
		return treehash.Sum(in.buffer[:r.Size]), nil
	}
	hash, err := treehash.TreeAt(ctx, io.NewSectionReader(f.back, r.Offset, r.Size), r.Size, 1)
	if err != nil && ctx.Err() == nil {
		err = &sinkError{fmt.Errorf("reading bytes %d to %d back: %w", r.Offset, r.End()-1, err)}
	}
	return hash, err
}

// errTooLong says that the vault sent more bytes than were requested.
var errTooLong = vault.Errorf(vault.ErrGarbled, "more bytes came than were asked for")

func wrongLength(r vault.Range, got int64) error {
	return vault.Errorf(vault.ErrUnavailable, "bytes %d to %d came as %d bytes instead of %d", r.Offset, r.End()-1, got, r.Size)
}

func unwritten(from, to int64, err error) error {
	return &sinkError{fmt.Errorf("writing bytes %d to %d: %w", from, to-1, err)}
}

// fill reads from r until p is full or r ends or fails. It pauses the watchdog except while
// it waits for the vault: a slow local disk is no stall.
func (f *flow) fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		allowed, limited := f.allow(len(p) - n)
		if limited != nil {
			return n, limited
		}
		var k int
		f.dog.feed()
		k, err = r.Read(p[n : n+allowed])
		f.dog.rest()
		f.count(int64(k))
		n += k
	}
	return n, err
}

// ended checks that r has no more bytes. Only after a stream was read to its end can its
// connection be used again.
func (f *flow) ended(r io.Reader) error {
	f.dog.feed()
	defer f.dog.rest()
	n, err := io.ReadFull(r, make([]byte, 1))
	switch {
	case n > 0:
		return errTooLong
	case !errors.Is(err, io.EOF):
		return err
	}
	return nil
}
