package treehash

import (
	"fmt"
	"math/bits"
)

// Node is a run of bytes that is a node of a tree (see [Aligned]).
type Node struct {
	Size int64 // bytes
	Hash Hash  // tree hash of these bytes
}

// Join returns the tree hash of the concatenated bytes of nodes, which may differ in size:
// the tree hash of a whole archive, or of a node of it. It is [Combine] for pieces of
// different sizes, such as the segments of a download. It returns an error if a node lies
// where a tree has no such node.
func Join(nodes []Node) (Hash, error) {
	if len(nodes) == 0 {
		return Sum(nil), nil
	}
	var t tree
	leaf := int64(0) // where the next node begins, counted in leaves
	for i, n := range nodes {
		leaves := Leaves(n.Size)
		width := powerOfTwoFrom(leaves)
		isLast := i == len(nodes)-1
		if n.Size <= 0 || leaf%width != 0 || !isLast && n.Size != width*LeafSize {
			return Hash{}, fmt.Errorf("%d bytes behind %d MiB are no node of a tree", n.Size, leaf)
		}
		t.pushNode(node{level: bits.TrailingZeros64(uint64(width)), hash: n.Hash})
		leaf += leaves
	}
	return t.root(), nil
}
