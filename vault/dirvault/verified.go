package dirvault

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
)

// readTogether is how many leaves are read and compared at a time. There may be a
// kernel that hashes two beside each other.
const readTogether = 2

// leafBuffer holds leaves while they are compared and handed out.
type leafBuffer [readTogether * treehash.LeafSize]byte

// verified reads a range of an archive and hands out no byte that was not compared
// with the hash of its leaf, or of some leaves together, before.
type verified struct {
	v     *Vault
	ctx   context.Context
	proof *proof
	data  *os.File

	at, end int64 // what is still to be handed out, within the archive
	buf     *leafBuffer
	rest    []byte // of what was compared last, from at on
	failure error
}

// openVerified returns a reader of a range of data, which is the archive's. It
// has compared the first leaf, and those that are known to be damaged: a range that
// begins in damage is an error, and so is one that comes to it a second time. The
// reader owns data unless there was one.
func (v *Vault) openVerified(ctx context.Context, a vault.Archive, data *os.File, r vault.Range) (*verified, error) {
	p, err := v.openProof(ctx, a)
	if err != nil {
		return nil, err
	}
	buf, ok := v.leafBuffers.Get().(*leafBuffer)
	if !ok {
		buf = new(leafBuffer)
	}
	o := &verified{v: v, ctx: ctx, proof: p, data: data, at: r.Offset, end: r.End(), buf: buf}
	err = o.lookAhead(r)
	if err == nil {
		err = o.fill()
	}
	if err != nil {
		return nil, errors.Join(err, o.release())
	}
	return o, nil
}

// lookAhead compares those leaves of a range anew that an earlier reader has found to
// be damaged: the archive may have been mended since.
func (o *verified) lookAhead(r vault.Range) error {
	for {
		leaf, found := o.v.damaged.within(o.proof.archive.ID, r)
		if !found {
			return nil
		}
		if _, err := o.proof.read(o.ctx, o.data, leaf, 1, o.buf[:], atOnce); err != nil {
			return err
		}
		o.v.damaged.forget(o.proof.archive.ID, leaf)
	}
}

// fill reads the leaf that the next byte is in, and some of the range behind it. If
// one of them is damaged, those before it are still handed out.
func (o *verified) fill() error {
	leaf := o.at / treehash.LeafSize
	n := min(readTogether, treehash.Leaves(o.end)-leaf)
	b, err := o.proof.read(o.ctx, o.data, leaf, n, o.buf[:], atOnce)
	if err != nil && n > 1 && o.ctx.Err() == nil {
		b, err = o.proof.read(o.ctx, o.data, leaf, 1, o.buf[:], atOnce)
	}
	if err != nil {
		if _, damaged := errors.AsType[*vault.DamageError](err); damaged {
			o.v.damaged.remember(o.proof.archive.ID, leaf)
			return cmp.Or(o.v.recheckLeaves(o.ctx, o.proof), err)
		}
		return err
	}
	from := o.at % treehash.LeafSize
	o.rest = b[from:min(int64(len(b)), from+o.end-o.at)]
	return nil
}

// ready makes sure that rest has bytes, unless all were handed out: then it returns
// io.EOF.
func (o *verified) ready() error {
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

// handedOut notes that the first n bytes of rest were.
func (o *verified) handedOut(n int) {
	o.rest = o.rest[n:]
	o.at += int64(n)
}

// Read hands out what remains of what was compared last, at most.
func (o *verified) Read(b []byte) (int, error) {
	if err := o.ready(); err != nil {
		return 0, err
	}
	n := copy(b, o.rest)
	o.handedOut(n)
	return n, nil
}

// WriteTo hands out everything, a chunk at a time, without copying it first.
func (o *verified) WriteTo(w io.Writer) (written int64, err error) {
	for {
		if err := o.ready(); errors.Is(err, io.EOF) {
			return written, nil
		} else if err != nil {
			return written, err
		}
		n, err := w.Write(o.rest[:min(len(o.rest), chunkSize)])
		o.handedOut(n)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
}

// Close also closes the archive's file.
func (o *verified) Close() error {
	if o.buf == nil {
		return nil
	}
	return errors.Join(o.release(), o.data.Close())
}

func (o *verified) release() error {
	o.v.leafBuffers.Put(o.buf)
	o.buf, o.rest, o.failure = nil, nil, fs.ErrClosed
	return o.proof.close()
}

// proof is what the bytes of an archive are compared with.
type proof struct {
	archive vault.Archive
	leaves  file // nil for one leaf, whose hash is the archive's
}

// openProof opens the leaves of an archive, and makes them if it must.
func (v *Vault) openProof(ctx context.Context, a vault.Archive) (*proof, error) {
	if treehash.Leaves(a.Size) == 1 {
		return &proof{archive: a}, nil
	}
	leaves, err := v.openLeaves(ctx, a)
	if err != nil && ctx.Err() == nil {
		leaves, err = v.mendedLeaves(ctx, a)
	}
	if err != nil {
		return nil, err
	}
	return &proof{a, leaves}, nil
}

func (p *proof) close() error {
	if p.leaves == nil {
		return nil
	}
	return p.leaves.Close()
}

// hash returns the tree hash that n leaves are to have, from leaf i on.
func (p *proof) hash(ctx context.Context, i, n int64) (treehash.Hash, error) {
	if p.leaves == nil {
		return p.archive.TreeHash, nil
	}
	want, err := foldLeaves(ctx, p.leaves, i, n)
	if err != nil {
		return treehash.Hash{}, fmt.Errorf("%s: %w", p.leaves.Name(), err)
	}
	return want, nil
}

// read returns n leaves of the archive from leaf i on, in buf, if they have the hash
// that they are to have. Else errors.As finds a vault.DamageError.
func (p *proof) read(ctx context.Context, data io.ReaderAt, i, n int64, buf []byte, wait pace) ([]byte, error) {
	want, err := p.hash(ctx, i, n)
	if err != nil {
		return nil, err
	}
	r := leafRange(p.archive, i, n)
	b, err := readLeaves(ctx, p.archive, data, r, buf, wait)
	if err != nil {
		return nil, err
	}
	if treehash.Sum(b) != want {
		return nil, &vault.DamageError{Archive: p.archive.ID, Range: r, Cause: errNotItsBytes}
	}
	return b, nil
}

// readLeaves reads a run of leaves of an archive. What cannot be read is damaged.
func readLeaves(ctx context.Context, a vault.Archive, data io.ReaderAt, r vault.Range, buf []byte, wait pace) ([]byte, error) {
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

// leafRange is where n leaves lie within an archive, from leaf i on.
func leafRange(a vault.Archive, i, n int64) vault.Range {
	offset := i * treehash.LeafSize
	return vault.Range{Offset: offset, Size: min(n*treehash.LeafSize, a.Size-offset)}
}

// recheckLeaves returns nil if the leaves that an archive was compared with are still
// those that were found good, so that what differs from them is the archive. Else
// whoever asks next has them made anew.
func (v *Vault) recheckLeaves(ctx context.Context, p *proof) error {
	if p.leaves == nil {
		return nil
	}
	info, err := p.leaves.Stat()
	if err == nil {
		err = checkLeaves(ctx, p.archive, p.leaves, info.Size())
	}
	if err != nil && ctx.Err() == nil {
		v.leaves.forget(p.archive.ID)
	}
	return err
}
