package treehash

import (
	"crypto/sha256"
	"hash"
)

// pair is the two SHA-256 computations of a Hasher: the linear hash, and the hash of the
// present leaf. It knows nothing of trees. There are two implementations: standard, and the
// faster dual on processors that have its instructions.
type pair interface {
	write(b []byte)
	// linearSum returns the hash of all bytes since reset.
	linearSum() Hash
	// leafSum returns the hash of all bytes since nextLeaf or reset.
	leafSum() Hash
	// nextLeaf begins another leaf. The caller guarantees that the leaf so far is a
	// multiple of 64 bytes long: only the last leaf is shorter than LeafSize.
	nextLeaf()
	reset()
}

// newPair returns the fastest pair that k allows.
func (k kernels) newPair() pair {
	if k.dual != nil {
		return newDual(k.dual)
	}
	return newStandard()
}

// standard is a pair that uses the standard library, which reads every byte twice.
type standard struct {
	linear, leaf hash.Hash
}

func newStandard() *standard {
	return &standard{linear: sha256.New(), leaf: sha256.New()}
}

// step is the number of bytes that both hash functions process before the next bytes are
// read. It is small enough that the second function finds them in the cache.
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
