package treehash

import (
	"crypto/sha256"
	"hash"
	"io"
)

// batch is one or more SHA-256 computations side by side, over runs of the same
// length, of a multiple of 64 bytes.
type batch interface {
	// width returns how many runs there are.
	width() int
	// write adds n bytes, a multiple of 64, to each run: those of the first begin
	// at p[0], those of each other one stride bytes behind the one before.
	write(p []byte, stride, n int)
	// sums returns the hash of each run and ends the computation.
	sums() []Hash
}

// newBatch returns the widest batch that so many leaves, at least one, can fill.
func (k kernels) newBatch(leaves int64) batch {
	switch {
	case leaves >= lanes && k.lanes != nil:
		return newSixteen(k.lanes)
	case leaves >= 2 && k.two != nil:
		return newTwo(k.two)
	}
	return one{sha256.New()}
}

// Broad reports whether Sum and TreeAt hash size bytes so much faster than a
// TreeHasher, which hashes one leaf after the other, that it is worth reading them again
// from the page cache. With AVX-512 it is from 16 MiB on, sixteen leaves at a time:
// they are twice as fast or more. With the SHA instructions alone it is from 2 MiB on,
// two leaves at a time: they are twice as fast where the processor begins one of these
// instructions while it waits for another, and gain what the reading costs where not.
func Broad(size int64) bool { return inUse().broad(size / LeafSize) }

func (k kernels) broad(leaves int64) bool {
	if k.lanes != nil {
		return leaves >= lanes
	}
	return leaves >= 2 && k.two != nil
}

// one is a batch of one by the standard library.
type one struct{ hash.Hash }

func (one) width() int { return 1 }

func (b one) write(p []byte, _, n int) { b.Write(p[:n]) }

func (b one) sums() []Hash { return []Hash{sumOf(b)} }

// strip is how much of each leaf is in memory at a time when leaves are read for
// a batch, in bytes.
const strip = 32 << 10

// stride keeps strips apart: at the same place in each of 16 neighbours of a
// power of two, bytes would all compete for the same lines of the cache.
const stride = strip + sha256.BlockSize

// leavesAt returns the hashes of the leaves of r from offset on, one for each run
// of b. It reads a strip of each leaf in turn into buf, which has room for as many
// strides; r has size bytes in all.
func leavesAt(b batch, r io.ReaderAt, offset, size int64, buf []byte) ([]Hash, error) {
	for from := int64(0); from < LeafSize; from += strip {
		for run := range b.width() {
			err := readFull(r, buf[run*stride:][:strip], offset+int64(run)*LeafSize+from, size)
			if err != nil {
				return nil, err
			}
		}
		b.write(buf, stride, strip)
	}
	return b.sums(), nil
}
