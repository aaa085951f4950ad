package treehash

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
)

// TogetherBuffer is the size of the buffer that SumsTogether needs, in bytes.
const TogetherBuffer = lanes * stride

// FewestTogether is the number of pieces from which SumsTogether hashes them together. From
// then on it is faster, although unused lanes are wasted.
const FewestTogether = 9

// Together returns the number of pieces that SumsTogether hashes at a time on this
// processor: 16, and then it is about twice as fast as hashing one after the other; or 1,
// and then it gains nothing.
func Together() int {
	if inUse().together == nil {
		return 1
	}
	return lanes
}

// SumsTogether returns both hashes of the first size bytes of each piece, computed on one
// core. The caller should pass [Together] pieces of one size that is a multiple of 1 MiB;
// only those are hashed together. Any other size and number of pieces gives the right
// hashes too: fewer than 16 pieces take as long as 16, and fewer than [FewestTogether] are
// hashed one after the other, as by [Read].
//
// It reads every byte once, through buf, which has at least [TogetherBuffer] bytes: 32 KiB
// of each piece in turn. It ends early with the cause of ctx when ctx is cancelled. If a
// piece ends early, the error wraps io.ErrUnexpectedEOF. An error names its piece by its
// number, counted from 1, and then no sums are returned.
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

// inPiece adds the number of a piece, counted from 0, to an error.
func inPiece(i int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("piece %d: %w", i+1, err)
}

// together is the two SHA-256 computations of a Hasher, for 16 runs side by side.
type together struct {
	schedule     [64][lanes]uint32 // scratch of the kernel; the first field, so that it is aligned to 64 bytes
	kernels      kernels
	linear, leaf *sixteen
	trees        []tree // one for each run in use
}

func (k kernels) newTogether(runs int) *together {
	return &together{kernels: k, linear: newSixteen(k.lanes), leaf: newSixteen(k.lanes), trees: make([]tree, runs)}
}

func (t *together) write(p []byte, stride, n int) {
	_ = p[(lanes-1)*stride+n-1] // the kernel does not check
	blocks := uintptr(n / sha256.BlockSize)
	t.kernels.together(&t.linear.words, &t.leaf.words, &t.schedule, &p[0], uintptr(stride), blocks)
	t.linear.size += uint64(n)
	t.leaf.size += uint64(n)
}

// endLeaf ends the present leaf of each run.
func (t *together) endLeaf() {
	leaves := t.leaf.sums()
	for run := range t.trees {
		t.trees[run].push(leaves[run])
	}
	t.leaf = newSixteen(t.kernels.lanes)
}

// sums returns both hashes of size bytes, a multiple of LeafSize, of each run and ends the
// computation. It calls read to fill pieces of buf.
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
