package treehash

import (
	"crypto/sha256"
	"hash"
)

// pair is the two SHA-256 computations of a Hasher: the linear hash, and that of
// the present leaf. It knows nothing of trees. Two implementations give the same
// hashes: standard everywhere, and dual where the processor can.
type pair interface {
	// write adds b to both.
	write(b []byte)
	// linearSum returns the hash of all that was written since reset.
	linearSum() Hash
	// leafSum returns the hash of all that was written since nextLeaf or reset.
	leafSum() Hash
	// nextLeaf begins another leaf. Since the last one began, a multiple of 64
	// bytes was written: the caller guarantees it, for a leaf that is followed
	// by another is LeafSize long.
	nextLeaf()
	// reset forgets all.
	reset()
}

// newPair returns the faster of the implementations that k has.
func (k kernels) newPair() pair {
	if k.dual != nil {
		return newDual(k.dual)
	}
	return newStandard()
}

// standard is a pair by the standard library, which reads every byte twice.
type standard struct {
	linear, leaf hash.Hash
}

func newStandard() *standard {
	return &standard{linear: sha256.New(), leaf: sha256.New()}
}

// step is how many bytes go through both hash functions before the next ones
// are touched: small enough that the second function finds them in the cache.
const step = 32 << 10

func (s *standard) write(b []byte) {
	for len(b) > 0 {
		k := min(len(b), step)
		s.linear.Write(b[:k])
		s.leaf.Write(b[:k])
		b = b[k:]
	}
}

func (s *standard) linearSum() Hash { return sumOf(s.linear) }

func (s *standard) leafSum() Hash { return sumOf(s.leaf) }

func (s *standard) nextLeaf() { s.leaf.Reset() }

func (s *standard) reset() {
	s.linear.Reset()
	s.leaf.Reset()
}

func sumOf(f hash.Hash) Hash {
	var h Hash
	f.Sum(h[:0])
	return h
}
