package treehash

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
)

// lanes is how many leaves the kernel hashes at a time, one in each lane of its
// registers. They need nothing of each other, so that what keeps the processor
// waiting in one leaf alone is no matter.
const lanes = 16

// strip is how much of each leaf is in memory at a time when leaves are read for
// the kernel, in bytes.
const strip = 32 << 10

// stride keeps strips apart: at the same place in each of 16 neighbours of a
// power of two, bytes would all compete for the same lines of the cache.
const stride = strip + sha256.BlockSize

// Broad reports whether Sum and TreeAt hash size bytes several leaves at a time
// here. It is then twice as fast or more as to hash one leaf after the other, as
// a TreeHasher does: enough to be worth reading bytes again.
func Broad(size int64) bool {
	return size >= lanes*LeafSize && haveLanes()
}

// initialWords is the state that FIPS 180-4 begins with (section 5.3.3).
func initialWords() [8]uint32 {
	return [8]uint32{
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	}
}

// batch is 16 SHA-256 computations side by side, over runs of the same length.
type batch struct {
	words [8][lanes]uint32
	size  uint64 // bytes of each run so far
}

func newBatch() *batch {
	b := new(batch)
	for i, word := range initialWords() {
		for lane := range lanes {
			b.words[i][lane] = word
		}
	}
	return b
}

// write adds n bytes, a multiple of 64, to each run: those of the first begin at
// p[0], those of each other one stride behind the one before.
func (b *batch) write(p []byte, stride, n int) {
	_ = p[(lanes-1)*stride+n-1] // the kernel does not check
	blockLanes(&b.words, &p[0], uintptr(stride), uintptr(n/sha256.BlockSize))
	b.size += uint64(n)
}

// sums returns the hash of each run and ends the computation. All are padded
// alike, with the same block (FIPS 180-4, section 5.1.1).
func (b *batch) sums() [lanes]Hash {
	var tail [sha256.BlockSize]byte
	tail[0] = 0x80
	binary.BigEndian.PutUint64(tail[sha256.BlockSize-8:], 8*b.size)
	blockLanes(&b.words, &tail[0], 0, 1)
	var hashes [lanes]Hash
	for lane := range hashes {
		for i := range b.words {
			binary.BigEndian.PutUint32(hashes[lane][4*i:], b.words[i][lane])
		}
	}
	return hashes
}

// leavesOf returns the hashes of the first 16 leaves of p.
func leavesOf(p []byte) [lanes]Hash {
	b := newBatch()
	b.write(p, LeafSize, LeafSize)
	return b.sums()
}

// leavesAt returns the hashes of the 16 leaves of r from offset on. It reads a
// strip of each leaf in turn into buf, of lanes*stride bytes; r has size in all.
func leavesAt(r io.ReaderAt, offset, size int64, buf []byte) ([lanes]Hash, error) {
	b := newBatch()
	for from := int64(0); from < LeafSize; from += strip {
		for lane := range int64(lanes) {
			err := readFull(r, buf[lane*stride:][:strip], offset+lane*LeafSize+from, size)
			if err != nil {
				return [lanes]Hash{}, err
			}
		}
		b.write(buf, stride, strip)
	}
	return b.sums(), nil
}
