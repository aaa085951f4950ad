package treehash

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
)

// TogetherBuffer is how much memory SumsTogether needs, in bytes.
const TogetherBuffer = lanes * stride

// FewestTogether is from how many pieces on SumsTogether hashes them together: it is
// faster then, though the lanes that have none work for nothing.
const FewestTogether = 9

// Together returns how many pieces SumsTogether hashes at a time here: 16, which
// is then about twice as fast as one after the other; or 1, and it gains nothing.
func Together() int {
	if inUse().together == nil {
		return 1
	}
	return lanes
}

// SumsTogether returns both hashes of several pieces, of the first size bytes of
// each, computed on one core. The caller gathers [Together] pieces of one size,
// which must be a multiple of 1 MiB to be hashed together. Any other size and any
// number of pieces is right, too: fewer than 16 take as long as 16, fewer than
// [FewestTogether] are hashed one after the other, as [Read] does it.
//
// Every byte is read once, through buf, of [TogetherBuffer] bytes at least: 32 KiB
// of each piece in turn. It ends early when ctx does. A piece that ends early is an
// error that wraps io.ErrUnexpectedEOF. An error gives the number of its piece, the
// first being 1, and leaves the sums of the others untold.
func SumsTogether(ctx context.Context, pieces []io.ReaderAt, size int64, buf []byte) ([]Sums, error) {
	return inUse().sumsTogether(ctx, pieces, size, buf)
}

func (k kernels) sumsTogether(ctx context.Context, pieces []io.ReaderAt, size int64, buf []byte) ([]Sums, error) {
	all := make([]Sums, 0, len(pieces))
	for len(all) < len(pieces) {
		first := len(all)
		next := pieces[first:min(first+lanes, len(pieces))]
		if k.together != nil && len(next) >= FewestTogether && size > 0 && size%LeafSize == 0 {
			read := func(run int, b []byte, off int64) error {
				return inPiece(first+run, readFull(next[run], b, off, size))
			}
			sums, err := k.newTogether(len(next)).sums(ctx, read, size, buf)
			if err != nil {
				return nil, err
			}
			all = append(all, sums...)
			continue
		}
		sums, err := k.readWhole(ctx, next[0], size, buf)
		if err != nil {
			return nil, inPiece(first, err)
		}
		all = append(all, sums)
	}
	return all, nil
}

// inPiece says which piece, counted from 0, an error is of.
func inPiece(i int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("piece %d: %w", i+1, err)
}

// together is the two SHA-256 computations of a Hasher, of 16 runs side by side.
type together struct {
	schedule     [64][lanes]uint32 // the kernel's; comes first, to begin at a multiple of 64 bytes
	kernels      kernels
	linear, leaf *sixteen
	trees        []tree // of each run that there is
}

func (k kernels) newTogether(runs int) *together {
	return &together{kernels: k, linear: newSixteen(k.lanes), leaf: newSixteen(k.lanes), trees: make([]tree, runs)}
}

// write adds n bytes, a multiple of 64, to each run, as a batch does.
func (t *together) write(p []byte, stride, n int) {
	_ = p[(lanes-1)*stride+n-1] // the kernel does not check
	blocks := uintptr(n / sha256.BlockSize)
	t.kernels.together(&t.linear.words, &t.leaf.words, &t.schedule, &p[0], uintptr(stride), blocks)
	t.linear.size += uint64(n)
	t.leaf.size += uint64(n)
}

// endLeaf ends the leaf of each run.
func (t *together) endLeaf() {
	leaves := t.leaf.sums()
	for run := range t.trees {
		t.trees[run].push(leaves[run])
	}
	t.leaf = newSixteen(t.kernels.lanes)
}

// sums returns both hashes of size bytes, a multiple of LeafSize, of each run, and
// ends the computation. What read reads of a run goes through buf.
func (t *together) sums(ctx context.Context, read func(run int, b []byte, off int64) error, size int64, buf []byte) ([]Sums, error) {
	for off := int64(0); off < size; off += strip {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for run := range t.trees {
			if err := read(run, buf[run*stride:][:strip], off); err != nil {
				return nil, err
			}
		}
		t.write(buf, stride, strip)
		if (off+strip)%LeafSize == 0 {
			t.endLeaf()
		}
	}
	linear := t.linear.sums()
	all := make([]Sums, len(t.trees))
	for run := range all {
		all[run] = Sums{Size: size, Tree: t.trees[run].root(), SHA256: linear[run]}
	}
	return all, nil
}
