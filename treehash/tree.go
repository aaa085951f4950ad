package treehash

import (
	"crypto/sha256"
	"hash"
)

// TreeHasher computes only the tree hash of a stream, with half the work of a [Hasher], in
// constant memory. It is an io.Writer whose Write never fails. The zero value is not
// usable; call [NewTree].
type TreeHasher struct {
	filled int // bytes in the present leaf
	leaf   hash.Hash
	tree   tree
}

// NewTree returns an empty TreeHasher.
func NewTree() *TreeHasher { return &TreeHasher{leaf: sha256.New()} }

// Reset makes h equal to a new TreeHasher, but keeps its memory.
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

// Sum returns the tree hash of all bytes written so far. More bytes may follow.
func (h *TreeHasher) Sum() Hash {
	t := tree{stack: append([]node(nil), h.tree.stack...)}
	if h.filled > 0 || len(t.stack) == 0 {
		t.push(sumOf(h.leaf))
	}
	return t.root()
}
