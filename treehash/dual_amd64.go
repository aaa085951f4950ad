package treehash

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// dual is a pair that reads every byte once. Both hashes see the same blocks of
// 64 bytes, so that the message schedule of a block is computed once and feeds
// both states; and the two chains of rounds, each of which alone keeps the
// processor waiting, fill each other's gaps.
type dual struct {
	linear, leaf state
	partial      [sha256.BlockSize]byte // the block begun: the last size%64 bytes of both
}

// state is a SHA-256 computation over size bytes, of which words covers the
// whole blocks.
type state struct {
	words [8]uint32
	size  uint64
}

// newDual returns nil where the processor lacks the instructions.
func newDual() pair {
	if !haveSHA() {
		return nil
	}
	d := new(dual)
	d.reset()
	return d
}

func (d *dual) reset() { d.linear, d.leaf = initial(), initial() }

// nextLeaf keeps partial for the linear hash: it is empty.
func (d *dual) nextLeaf() { d.leaf = initial() }

func initial() state { return state{words: initialWords()} }

// write hashes whole blocks where they lie; only an end that is no whole block
// is copied.
func (d *dual) write(b []byte) {
	begun := int(d.linear.size % sha256.BlockSize)
	d.linear.size += uint64(len(b))
	d.leaf.size += uint64(len(b))
	if begun > 0 {
		n := copy(d.partial[begun:], b)
		if begun+n < sha256.BlockSize {
			return
		}
		blockDual(&d.linear.words, &d.leaf.words, &d.partial[0], 1)
		b = b[n:]
	}
	if n := len(b) / sha256.BlockSize; n > 0 {
		blockDual(&d.linear.words, &d.leaf.words, &b[0], uintptr(n))
		b = b[n*sha256.BlockSize:]
	}
	copy(d.partial[:], b)
}

func (d *dual) linearSum() Hash { return d.linear.end(&d.partial) }

func (d *dual) leafSum() Hash { return d.leaf.end(&d.partial) }

// end returns the hash: it adds the block begun, a one bit, zeros and the size
// in bits, up to a whole block (section 5.1.1). It does not change s itself. Two
// sizes make two paddings, so the kernel works for one state here, the other
// being thrown away.
func (s state) end(partial *[sha256.BlockSize]byte) Hash {
	var tail [2 * sha256.BlockSize]byte
	n := copy(tail[:], partial[:s.size%sha256.BlockSize])
	tail[n] = 0x80
	blocks := 1
	if n+1+8 > sha256.BlockSize {
		blocks = 2
	}
	binary.BigEndian.PutUint64(tail[blocks*sha256.BlockSize-8:], 8*s.size)
	var unused [8]uint32
	blockDual(&s.words, &unused, &tail[0], uintptr(blocks))
	var h Hash
	for i, word := range s.words {
		binary.BigEndian.PutUint32(h[4*i:], word)
	}
	return h
}

// haveSHA reports whether blockDual may be called. It is a constant of the
// machine. Asked once, because a virtual machine stops for each CPUID.
var haveSHA = sync.OnceValue(func() bool {
	const ssse3, sha = 1 << 9, 1 << 29
	if last, _, _, _ := cpuid(0, 0); last < 7 {
		return false
	}
	_, _, ecx1, _ := cpuid(1, 0)
	_, ebx7, _, _ := cpuid(7, 0)
	return ecx1&ssse3 != 0 && ebx7&sha != 0
})

// blockDual feeds n blocks of 64 bytes from p on, which need not be aligned, to
// both states. The processor has the SHA and SSSE3 instructions, and all the
// other instructions are those of every amd64.
//
//go:noescape
func blockDual(linear, leaf *[8]uint32, p *byte, n uintptr)

// cpuid is the instruction of that name.
func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)
