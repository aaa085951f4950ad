package treehash

import (
	"crypto/sha256"
	"encoding/binary"
)

// dual is a pair that reads every byte once. Both hashes consist of the same blocks of 64
// bytes, so the message schedule of a block is computed once and used for both states.
type dual struct {
	block        func(linear, leaf *[8]uint32, p *byte, n uintptr)
	linear, leaf state
	partial      [sha256.BlockSize]byte // the incomplete block: the last size%64 bytes of both hashes
	ending       ending
}

// state is a SHA-256 computation over size bytes. words covers the complete blocks.
type state struct {
	words [8]uint32
	size  uint64
}

// ending is memory for the end of a computation. It is a field because arguments of a
// kernel would otherwise be allocated on each call.
type ending struct {
	words, unused [8]uint32
	tail          [2 * sha256.BlockSize]byte
}

func newDual(block func(linear, leaf *[8]uint32, p *byte, n uintptr)) *dual {
	d := &dual{block: block}
	d.reset()
	return d
}

func (d *dual) reset() { d.linear, d.leaf = initial(), initial() }

// nextLeaf keeps partial, which the linear hash shares: it is empty at the end of a leaf.
func (d *dual) nextLeaf() { d.leaf = initial() }

func initial() state { return state{words: initialWords()} }

// write hashes complete blocks without copying them. It copies only an incomplete block at
// the end.
func (d *dual) write(b []byte) {
	begun := int(d.linear.size % sha256.BlockSize)
	d.linear.size += uint64(len(b))
	d.leaf.size += uint64(len(b))
	if begun > 0 {
		n := copy(d.partial[begun:], b)
		if begun+n < sha256.BlockSize {
			return
		}
		d.block(&d.linear.words, &d.leaf.words, &d.partial[0], 1)
		b = b[n:]
	}
	if n := len(b) / sha256.BlockSize; n > 0 {
		d.block(&d.linear.words, &d.leaf.words, &b[0], uintptr(n))
		b = b[n*sha256.BlockSize:]
	}
	copy(d.partial[:], b)
}

func (d *dual) linearSum() Hash { return d.end(d.linear) }

func (d *dual) leafSum() Hash { return d.end(d.leaf) }

// end returns the hash of s. It adds the incomplete block, a one bit, zeros and the size in
// bits, up to a complete block (FIPS 180-4, section 5.1.1). It does not change s itself.
// The two states have different sizes and so need different paddings. Each call therefore
// uses the kernel for one state and discards the other.
func (d *dual) end(s state) Hash {
	e := &d.ending
	e.words = s.words
	clear(e.tail[:])
	n := copy(e.tail[:], d.partial[:s.size%sha256.BlockSize])
	e.tail[n] = 0x80
	blocks := 1
	if n+1+8 > sha256.BlockSize {
		blocks = 2
	}
	binary.BigEndian.PutUint64(e.tail[blocks*sha256.BlockSize-8:], 8*s.size)
	d.block(&e.words, &e.unused, &e.tail[0], uintptr(blocks))
	return hashOf(e.words)
}

func hashOf(words [8]uint32) Hash {
	var h Hash
	for i, word := range words {
		binary.BigEndian.PutUint32(h[4*i:], word)
	}
	return h
}
