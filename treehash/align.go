package treehash

import "math/bits"

// MegabyteAligned reports whether the bytes first to last, both included, of an archive of
// size bytes start and end on a multiple of 1 MiB. The end of the archive counts as one.
// The range of a retrieval job must be megabyte-aligned.
func MegabyteAligned(first, last, size int64) bool {
	return first >= 0 && first <= last && last < size &&
		first%LeafSize == 0 && ((last+1)%LeafSize == 0 || last == size-1)
}

// Aligned reports whether the bytes first to last, both included, of an archive of size
// bytes are a node of its tree. If so, the tree hash of these bytes alone is a node of the
// whole tree. The service returns a tree hash with a range if and only if the range is
// aligned ("tree-hash aligned" in the developer guide).
func Aligned(first, last, size int64) bool {
	if !MegabyteAligned(first, last, size) {
		return false
	}
	n, p, q := Leaves(size), first/LeafSize, Leaves(last+1)
	l := q - p
	if q == n {
		return p%powerOfTwoFrom(l) == 0
	}
	return l == powerOfTwoFrom(l) && p%l == 0
}

// Leaves returns the number of leaves of size bytes: at least one.
func Leaves(size int64) int64 {
	return (max(size, 1)-1)/LeafSize + 1
}

// powerOfTwoFrom returns the smallest power of two that is at least n, for n from 1 to
// 2^62.
func powerOfTwoFrom(n int64) int64 {
	return 1 << bits.Len64(uint64(n-1))
}
