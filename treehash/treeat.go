package treehash

import (
	"context"
	"io"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// blockSize is the number of bytes that one core of TreeAt hashes at a time: a node of the
// tree.
const blockSize = 64 * LeafSize

// TreeAt returns the tree hash of the first size bytes of r, computed on up to cores cores,
// at least one. Use it to compare bytes with a known tree hash: it does half the work of
// ReadAt, and less if leaves are hashed together (see [Broad]). It uses 0.5 MiB of memory
// for each core, and 32 bytes for each 64 MiB of size. If r ends early, the error wraps
// io.ErrUnexpectedEOF.
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

// blockAt returns the tree hash of the bytes of r from offset up to end. It hashes as many
// leaves together as it can, then the rest one after the other. It reads into buf, which
// has room for the strips of 16 leaves, or for all the bytes.
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
