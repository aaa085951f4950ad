package treehash

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// Which SHA-256 does what, decided once in a process:
//
//	job                              kernel            instructions  else
//	both hashes of a stream          dual              SHA           the standard library, twice
//	both hashes of many pieces       together, 16      AVX-512       dual
//	the leaves of a tree alone       lanes, 16         AVX-512       two
//	the last few leaves              two               SHA           the standard library, one by one
//	pairs of nodes, a leaf by pieces the standard library
//
// The kernels are assembly: for amd64 written by the module in kernels, for arm64,
// which has the first two kinds, by hand. All of them know whole blocks and
// nothing else; padding, partial blocks and leaves are Go.

// kernels are those that may be called here. One is nil where the processor lacks
// its instructions. The zero value leaves everything to the standard library.
type kernels struct {
	// sha is what the instructions of dual and two are called here.
	sha string
	// dual feeds n blocks of 64 bytes from p on to both states.
	dual func(linear, leaf *[8]uint32, p *byte, n uintptr)
	// two feeds n blocks from p on to first, and as many from q on to second.
	two func(first, second *[8]uint32, p, q *byte, n uintptr)
	// lanes feeds n blocks of each of 16 runs, stride bytes apart, to its state.
	lanes func(state *[8][lanes]uint32, p *byte, stride, n uintptr)
	// together feeds the same to two states of each run, and leaves useless values in
	// schedule.
	together func(linear, leaf *[8][lanes]uint32, schedule *[64][lanes]uint32, p *byte, stride, n uintptr)

	fault error // why there are none, where there should be
}

//go:generate go -C kernels run . ..

// inUse is what this process uses. A kernel that is wrong anywhere is not trusted
// anywhere else, and one that shares a processor with it is not either.
var inUse = sync.OnceValue(func() kernels { return available().proven() })

// proven returns k, or what is left when one of k fails its test.
func (k kernels) proven() kernels {
	if err := k.test(); err != nil {
		return kernels{fault: err}
	}
	return k
}

// Kernels returns the instructions, besides those of the standard library, that
// compute hashes in this process: "sha-ni", "avx512", both or none on amd64, "sha2"
// or none on arm64.
func Kernels() []string {
	names := []string{}
	if inUse().dual != nil {
		names = append(names, inUse().sha)
	}
	if inUse().lanes != nil {
		names = append(names, "avx512")
	}
	return names
}

// Fault returns what a kernel got wrong in the test that precedes the first hash,
// or nil. After a fault the standard library computes all hashes of this process,
// which are right, but come more slowly.
func Fault() error { return inUse().fault }

// initialWords is the state that FIPS 180-4 begins with (section 5.3.3).
func initialWords() [8]uint32 {
	return [8]uint32{
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	}
}

// padding ends a run of size bytes, a multiple of 64 (FIPS 180-4, section 5.1.1).
func padding(size uint64) [sha256.BlockSize]byte {
	block := [sha256.BlockSize]byte{0x80}
	binary.BigEndian.PutUint64(block[sha256.BlockSize-8:], 8*size)
	return block
}
