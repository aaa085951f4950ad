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
)

// leafBuffer holds a leaf while it is compared and handed out.
type leafBuffer [treehash.LeafSize]byte

// verified reads a range of an archive and hands out no byte that was not compared
// with the hash of its leaf before.
type verified struct {
	v     *Vault
	ctx   context.Context
	proof *proof
	data  *os.File

	at, end int64 // what is still to be handed out, within the archive
	buf     *leafBuffer
	rest    []byte // of the leaf that was compared last, from at on
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
		if _, err := o.proof.read(o.ctx, o.data, leaf, o.buf[:], atOnce); err != nil {
			return err
		}
		o.v.damaged.forget(o.proof.archive.ID, leaf)
	}
}

// fill reads the leaf that the next byte is in.
func (o *verified) fill() error {
	leaf := o.at / treehash.LeafSize
	b, err := o.proof.read(o.ctx, o.data, leaf, o.buf[:], atOnce)
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

// Read hands out what remains of one leaf at most.
func (o *verified) Read(b []byte) (int, error) {
	switch {
	case o.failure != nil:
		return 0, o.failure
	case o.at == o.end:
		return 0, io.EOF
	case len(o.rest) == 0:
		if o.failure = o.fill(); o.failure != nil {
			return 0, o.failure
		}
	}
	n := copy(b, o.rest)
	o.rest = o.rest[n:]
	o.at += int64(n)
	return n, nil
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
	leaves  *os.File // nil for one leaf, whose hash is the archive's
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

// leaf returns the hash that leaf i is to have.
func (p *proof) leaf(i int64) (treehash.Hash, error) {
	if p.leaves == nil {
		return p.archive.TreeHash, nil
	}
	var want treehash.Hash
	if n, err := p.leaves.ReadAt(want[:], i*leafBytes); n < len(want) {
		return treehash.Hash{}, fmt.Errorf("%s: the hash of leaf %d: %w", p.leaves.Name(), i, err)
	}
	return want, nil
}

// read returns leaf i of the archive, in buf, if it has the hash that it is to have.
// Else errors.As finds a vault.DamageError.
func (p *proof) read(ctx context.Context, data io.ReaderAt, i int64, buf []byte, wait pace) ([]byte, error) {
	want, err := p.leaf(i)
	if err != nil {
		return nil, err
	}
	b, err := readLeaf(ctx, p.archive, data, i, buf, wait)
	if err != nil {
		return nil, err
	}
	if treehash.Sum(b) != want {
		return nil, &vault.DamageError{Archive: p.archive.ID, Range: leafRange(p.archive, i), Cause: errNotItsBytes}
	}
	return b, nil
}

// readLeaf reads leaf i of an archive. What cannot be read is damaged.
func readLeaf(ctx context.Context, a vault.Archive, data io.ReaderAt, i int64, buf []byte, wait pace) ([]byte, error) {
	r := leafRange(a, i)
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
	return nil, &vault.DamageError{Archive: a.ID, Range: r, Cause: fmt.Errorf("%w: %w", errDamaged, err)}
}

// leafRange is where leaf i lies within an archive.
func leafRange(a vault.Archive, i int64) vault.Range {
	offset := i * treehash.LeafSize
	return vault.Range{Offset: offset, Size: min(treehash.LeafSize, a.Size-offset)}
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
