package treehash

import (
	"crypto/sha256"
	"hash"
)

// TreeHasher computes the tree hash of a stream and nothing else, at half the
// work of a [Hasher], in constant memory. It is an io.Writer whose Write never
// fails. The zero value is not usable; see [NewTree].
type TreeHasher struct {
	filled int // bytes in the present leaf
	leaf   hash.Hash
	tree   tree
}

// NewTree returns a TreeHasher that has seen nothing.
func NewTree() *TreeHasher { return &TreeHasher{leaf: sha256.New()} }

// Reset makes h as NewTree returns it, keeping its memory.
func (h *TreeHasher) Reset() {
	h.filled = 0
	h.leaf.Reset()
	h.tree.stack = h.tree.stack[:0]
}

// Write adds b.
func (h *TreeHasher) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		if h.filled == LeafSize {
			h.tree.push(sumOf(h.leaf))
			h.leaf.Reset()
			h.filled = 0
		}
		if h.filled == 0 {
			b = h.tree.pushWhole(b)
		}
		k := min(len(b), LeafSize-h.filled)
		h.leaf.Write(b[:k])
		h.filled += k
		b = b[k:]
	}
	return n, nil
}

// Sum returns the tree hash of what was written so far. More may be written
// after.
func (h *TreeHasher) Sum() Hash {
	t := tree{stack: append([]node(nil), h.tree.stack...)}
	if h.filled > 0 || len(t.stack) == 0 {
		t.push(sumOf(h.leaf))
	}
	return t.root()
}
