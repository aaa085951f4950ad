package treehash

import (
	"context"
	"io"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// blockSize is what one core hashes at a time in TreeAt: a node of the tree.
const blockSize = 64 * LeafSize

// TreeAt returns the tree hash of the first size bytes of r, computed on up to
// cores cores, at least one: for comparing what is known by its tree hash alone,
// at half the work of ReadAt, and less where leaves are hashed together (see
// [Broad]). Memory is half a MiB for each core, and 32 bytes for each 64 MiB of size.
// An early end of r is an error that wraps io.ErrUnexpectedEOF.
func TreeAt(ctx context.Context, r io.ReaderAt, size int64, cores int) (Hash, error) {
	roots := make([]Hash, max(1, (size+blockSize-1)/blockSize))
	var begun atomic.Int64 // blocks
	group, ctx := errgroup.WithContext(ctx)
	for range min(max(1, cores), len(roots)) {
		group.Go(func() error {
			buf := make([]byte, max(0, min(lanes*stride, size)))
			for i := begun.Add(1) - 1; i < int64(len(roots)); i = begun.Add(1) - 1 {
				var err error
				if roots[i], err = blockAt(ctx, r, i*blockSize, min((i+1)*blockSize, size), buf); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return Hash{}, err
	}
	return Combine(roots), nil
}

// blockAt returns the tree hash of the bytes of r from offset up to end: as many
// leaves at a time as can be hashed together, then one after the other. It reads
// into buf, which has room for the strips of 16 leaves, or for all the bytes.
func blockAt(ctx context.Context, r io.ReaderAt, offset, end int64, buf []byte) (Hash, error) {
	h := NewTree()
	for at := offset; at < end; {
		if ctx.Err() != nil {
			return Hash{}, context.Cause(ctx)
		}
		if whole := (end - at) / LeafSize; whole > 0 {
			batch := inUse().newBatch(whole)
			leaves, err := leavesAt(batch, r, at, end, buf)
			if err != nil {
				return Hash{}, err
			}
			h.tree.pushAll(leaves)
			at += int64(batch.width()) * LeafSize
			continue
		}
		piece := buf[:min(int64(len(buf)), end-at)]
		if err := readFull(r, piece, at, end); err != nil {
			return Hash{}, err
		}
		h.Write(piece)
		at += int64(len(piece))
	}
	return h.Sum(), nil
}
