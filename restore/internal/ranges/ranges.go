// Package ranges computes which ranges of an archive to retrieve.
//
// A job makes a node of the archive's tree readable: a run of leaves whose number is a power of
// two, at a multiple of that number, cut at the end of the archive. Other ranges have no hash
// that could verify them.
package ranges

import (
	"math/bits"

	"firn/treehash"
	"firn/vault"
)

// Set is a set of leaves of an archive: the pieces of 1 MiB that can be retrieved. It takes one
// bit for each leaf.
type Set struct {
	size   int64 // bytes of the archive
	leaves int64
	words  []uint64
}

// NewSet returns an empty set for an archive of size bytes, at least one.
func NewSet(size int64) *Set {
	leaves := treehash.Leaves(size)
	return &Set{size: size, leaves: leaves, words: make([]uint64, (leaves+63)/64)}
}

// Add adds the leaves that have bytes of r. What lies beyond the archive is ignored.
func (s *Set) Add(r vault.Range) {
	if first, end := s.touched(r); first < end {
		s.each(first, end, func(word *uint64, mask uint64) bool {
			*word |= mask
			return true
		})
	}
}

// Remove removes the leaves that have bytes of r.
func (s *Set) Remove(r vault.Range) {
	if first, end := s.touched(r); first < end {
		s.each(first, end, func(word *uint64, mask uint64) bool {
			*word &^= mask
			return true
		})
	}
}

// Has reports whether the set has a leaf with bytes of r.
func (s *Set) Has(r vault.Range) bool { return s.has(s.touched(r)) }

// IsEmpty reports whether the set has no leaf.
func (s *Set) IsEmpty() bool { return !s.has(0, s.leaves) }

// touched returns the leaves that have bytes of r: from first to before end.
func (s *Set) touched(r vault.Range) (first, end int64) {
	from, to := max(r.Offset, 0), min(r.End(), s.size)
	if from >= to {
		return 0, 0
	}
	return from / treehash.LeafSize, treehash.Leaves(to)
}

func (s *Set) has(first, end int64) bool {
	found := false
	s.each(first, end, func(word *uint64, mask uint64) bool {
		found = *word&mask != 0
		return !found
	})
	return found
}

// each calls f with each word that has leaves from first to before end, and with a mask of
// these, until f returns false.
func (s *Set) each(first, end int64, f func(word *uint64, mask uint64) bool) {
	for first < end {
		bit := first % 64
		n := min(64-bit, end-first)
		mask := (^uint64(0) >> (64 - n)) << bit
		if !f(&s.words[first/64], mask) {
			return
		}
		first += n
	}
}

// Cover returns the ranges to retrieve so that each leaf of the set is readable: those that
// cost least, if a request costs as much as gap bytes. Of equal costs it takes the fewest
// bytes. The ranges are in their order, and do not touch. Each takes as many requests as
// transfer.Nodes finds nodes in it.
func (s *Set) Cover(gap int64) []vault.Range {
	c := cover{set: s, gap: max(gap, 0)}
	c.cost(0, int64(1)<<bits.Len64(uint64(s.leaves-1)))
	return c.found
}

// cover is one call of Cover.
type cover struct {
	set   *Set
	gap   int64
	found []vault.Range
}

// cost returns the least costs in bytes of the leaves from first on in a node of some leaves,
// and adds the ranges that cost this to c.found.
func (c *cover) cost(first, leaves int64) int64 {
	node := vault.Range{Offset: first * treehash.LeafSize}
	node.Size = min(leaves*treehash.LeafSize, c.set.size-node.Offset)
	if node.Size <= 0 || !c.set.has(first, min(first+leaves, c.set.leaves)) {
		return 0
	}
	whole := c.gap + node.Size
	if leaves == 1 {
		c.add(node)
		return whole
	}
	before := len(c.found)
	var last vault.Range
	if before > 0 {
		last = c.found[before-1]
	}
	halves := c.cost(first, leaves/2) + c.cost(first+leaves/2, leaves/2)
	if halves <= whole {
		return halves
	}
	c.found = c.found[:before]
	if before > 0 {
		c.found[before-1] = last
	}
	c.add(node)
	return whole
}

// add adds a range, and joins it with one that ends where it begins.
func (c *cover) add(r vault.Range) {
	if last := len(c.found) - 1; last >= 0 && c.found[last].End() == r.Offset {
		c.found[last].Size += r.Size
		return
	}
	c.found = append(c.found, r)
}
