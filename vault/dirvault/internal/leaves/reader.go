package leaves

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
)

// readTogether is how many leaves are read and compared at a time. On some processors two
// are hashed side by side.
const readTogether = 2

// buffer holds leaves while they are compared and returned.
type buffer [readTogether * treehash.LeafSize]byte

// reader reads a range of an archive. It compares every byte with the hash of its leaf, or
// of some leaves together, before it returns it.
type reader struct {
	s      *Store
	ctx    context.Context
	hashes *Hashes
	data   *os.File

	at, end int64 // the bytes of the archive that are still to be returned
	buf     *buffer
	rest    []byte // the compared bytes from at on
	failure error
}

// OpenVerified returns a reader of a range of data, the bytes of the archive. The reader
// compares every byte with its hash before it returns it. OpenVerified has compared the first
// leaf, and those in the range that are known to be damaged. errors.As finds a
// vault.DamageError in its error, and in that of Read, when bytes are damaged. The
// reader closes data, unless there was an error.
func (s *Store) OpenVerified(ctx context.Context, a vault.Archive, data *os.File, r vault.Range) (io.ReadCloser, error) {
	p, err := s.openHashes(ctx, a)
	if err != nil {
		return nil, err
	}
	buf, ok := s.buffers.Get().(*buffer)
	if !ok {
		buf = new(buffer)
	}
	o := &reader{s: s, ctx: ctx, hashes: p, data: data, at: r.Offset, end: r.End(), buf: buf}
	err = o.lookAhead(r)
	if err == nil {
		err = o.fill()
	}
	if err != nil {
		return nil, errors.Join(err, o.release())
	}
	return o, nil
}

// lookAhead compares again those leaves of a range that an earlier reader has found to
// be damaged: the archive may have been mended since.
func (o *reader) lookAhead(r vault.Range) error {
	for {
		leaf, found := o.s.damaged.within(o.hashes.archive.ID, r)
		if !found {
			return nil
		}
		if _, err := o.hashes.Read(o.ctx, o.data, leaf, 1, o.buf[:], atOnce); err != nil {
			return err
		}
		o.s.damaged.forget(o.hashes.archive.ID, leaf)
	}
}

// fill reads the leaf that the next byte is in, and some of the range behind it. If
// one of them is damaged, the bytes before it are still returned.
func (o *reader) fill() error {
	leaf := o.at / treehash.LeafSize
	n := min(readTogether, treehash.Leaves(o.end)-leaf)
	b, err := o.hashes.Read(o.ctx, o.data, leaf, n, o.buf[:], atOnce)
	if err != nil && n > 1 && o.ctx.Err() == nil {
		b, err = o.hashes.Read(o.ctx, o.data, leaf, 1, o.buf[:], atOnce)
	}
	if err != nil {
		if _, damaged := errors.AsType[*vault.DamageError](err); damaged {
			o.s.damaged.remember(o.hashes.archive.ID, leaf)
			return cmp.Or(o.s.recheck(o.ctx, o.hashes), err)
		}
		return err
	}
	from := o.at % treehash.LeafSize
	o.rest = b[from:min(int64(len(b)), from+o.end-o.at)]
	return nil
}

// ready makes sure that rest has bytes. It returns io.EOF when all were returned.
func (o *reader) ready() error {
	switch {
	case o.failure != nil:
		return o.failure
	case o.at == o.end:
		return io.EOF
	case len(o.rest) == 0:
		o.failure = o.fill()
	}
	return o.failure
}

// skip drops the first n bytes of rest.
func (o *reader) skip(n int) {
	o.rest = o.rest[n:]
	o.at += int64(n)
}

// Read returns bytes that were compared, at most those of one fill.
func (o *reader) Read(b []byte) (int, error) {
	if err := o.ready(); err != nil {
		return 0, err
	}
	n := copy(b, o.rest)
	o.skip(n)
	return n, nil
}

// WriteTo writes everything, a chunk at a time, without copying it first.
func (o *reader) WriteTo(w io.Writer) (written int64, err error) {
	for {
		if err := o.ready(); errors.Is(err, io.EOF) {
			return written, nil
		} else if err != nil {
			return written, err
		}
		n, err := w.Write(o.rest[:min(len(o.rest), treehash.LeafSize/4)])
		o.skip(n)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
}

// Close also closes the archive's file.
func (o *reader) Close() error {
	if o.buf == nil {
		return nil
	}
	return errors.Join(o.release(), o.data.Close())
}

func (o *reader) release() error {
	o.s.buffers.Put(o.buf)
	o.buf, o.rest, o.failure = nil, nil, fs.ErrClosed
	return o.hashes.Close()
}

// Hashes are the hashes that the bytes of an archive are compared with.
type Hashes struct {
	archive vault.Archive
	leaves  files.File // nil for one leaf, whose hash is the archive's
}

// openHashes opens the leaves of an archive, and makes them if they are missing.
func (s *Store) openHashes(ctx context.Context, a vault.Archive) (*Hashes, error) {
	if treehash.Leaves(a.Size) == 1 {
		return &Hashes{archive: a}, nil
	}
	leaves, err := s.open(ctx, a)
	if err != nil && ctx.Err() == nil {
		leaves, err = s.mended(ctx, a)
	}
	if err != nil {
		return nil, err
	}
	return &Hashes{a, leaves}, nil
}

// OpenAgain opens the hashes of an archive and compares them again with its tree hash, although
// that was done before. The caller closes them. It is an error that there are none.
func (s *Store) OpenAgain(ctx context.Context, a vault.Archive) (*Hashes, error) {
	if treehash.Leaves(a.Size) == 1 {
		return &Hashes{archive: a}, nil
	}
	s.good.forget(a.ID)
	leaves, err := s.open(ctx, a)
	if err != nil {
		return nil, err
	}
	return &Hashes{a, leaves}, nil
}

// Close closes the file of the hashes.
func (h *Hashes) Close() error {
	if h.leaves == nil {
		return nil
	}
	return h.leaves.Close()
}

// hash returns the tree hash that n leaves must have, from leaf i on.
func (h *Hashes) hash(ctx context.Context, i, n int64) (treehash.Hash, error) {
	if h.leaves == nil {
		return h.archive.TreeHash, nil
	}
	want, err := foldLeaves(ctx, h.leaves, i, n)
	if err != nil {
		return treehash.Hash{}, fmt.Errorf("%s: %w", h.leaves.Name(), err)
	}
	return want, nil
}

// Read returns n leaves of the archive from leaf i on, in buf, if they have the right
// hash. Else errors.As finds a vault.DamageError.
func (h *Hashes) Read(ctx context.Context, data io.ReaderAt, i, n int64, buf []byte, wait Pace) ([]byte, error) {
	want, err := h.hash(ctx, i, n)
	if err != nil {
		return nil, err
	}
	r := Range(h.archive, i, n)
	b, err := readLeaves(ctx, h.archive, data, r, buf, wait)
	if err != nil {
		return nil, err
	}
	if treehash.Sum(b) != want {
		return nil, &vault.DamageError{Archive: h.archive.ID, Range: r, Cause: errNotItsBytes}
	}
	return b, nil
}

// readLeaves reads a run of leaves of an archive. Bytes that cannot be read are damaged.
func readLeaves(ctx context.Context, a vault.Archive, data io.ReaderAt, r vault.Range, buf []byte, wait Pace) ([]byte, error) {
	if err := wait(ctx, r.Size); err != nil {
		return nil, err
	}
	n, err := data.ReadAt(buf[:r.Size], r.Offset)
	if int64(n) == r.Size {
		return buf[:n], nil
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the file ends before or within them")
	}
	return nil, &vault.DamageError{Archive: a.ID, Range: r, Cause: fmt.Errorf("%w: %w", durable.ErrDamaged, err)}
}

// Range is the range of n leaves within an archive, from leaf i on.
func Range(a vault.Archive, i, n int64) vault.Range {
	offset := i * treehash.LeafSize
	return vault.Range{Offset: offset, Size: min(n*treehash.LeafSize, a.Size-offset)}
}

// recheck returns nil if the leaves that an archive was compared with are still good, so
// that its bytes are damaged. Else the leaves are made anew at the next request.
func (s *Store) recheck(ctx context.Context, h *Hashes) error {
	if h.leaves == nil {
		return nil
	}
	info, err := h.leaves.Stat()
	if err == nil {
		err = checkLeaves(ctx, h.archive, h.leaves, info.Size())
	}
	if err != nil && ctx.Err() == nil {
		s.good.forget(h.archive.ID)
	}
	return err
}
