package treehash

import (
	"crypto/sha256"
	"hash"
	"io"
)

// batch computes the SHA-256 of one or more runs side by side. All runs have the same
// length, a multiple of 64 bytes.
type batch interface {
	// width returns the number of runs.
	width() int
	// write adds n bytes, a multiple of 64, to each run. The bytes of the first run begin
	// at p[0]. The bytes of each other run begin stride bytes after the beginning of the
	// run before.
	write(p []byte, stride, n int)
	// sums returns the hash of each run and ends the computation.
	sums() []Hash
}

// newBatch returns the widest batch that can be filled with leaves leaves, at least one.
func (k kernels) newBatch(leaves int64) batch {
	switch {
	case leaves >= lanes && k.lanes != nil:
		return newSixteen(k.lanes)
	case leaves >= 2 && k.two != nil:
		return newTwo(k.two)
	}
	return one{sha256.New()}
}

// Broad reports whether Sum and TreeAt hash size bytes so much faster than a TreeHasher,
// which hashes one leaf after the other, that reading the bytes again from the page cache
// is worthwhile. With AVX-512 the answer is true from 16 MiB on: they hash sixteen leaves
// at a time and are at least twice as fast. With the SHA instructions alone it is true from
// 2 MiB on: they hash two leaves at a time. They are twice as fast on a processor that
// begins one of these instructions while it waits for another; on others they gain what the
// reading costs.
func Broad(size int64) bool { return inUse().broad(size / LeafSize) }

func (k kernels) broad(leaves int64) bool {
	if k.lanes != nil {
		return leaves >= lanes
	}
	return leaves >= 2 && k.two != nil
}

// one is a batch of one run that uses the standard library.
type one struct{ hash.Hash }

func (one) width() int { return 1 }

func (b one) write(p []byte, _, n int) { b.Write(p[:n]) }

func (b one) sums() []Hash { return []Hash{sumOf(b)} }

// strip is the number of bytes of each leaf that leavesAt has in memory at a time.
const strip = 32 << 10

// stride is the distance between strips in memory. At a distance of a power of two, the
// same positions of all 16 strips would compete for the same cache lines.
const stride = strip + sha256.BlockSize

// leavesAt returns the hashes of the leaves of r from offset on, one for each run of b. It
// reads a strip of each leaf in turn into buf, which has room for one stride per run. r has
// size bytes in all.
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
