package treehash

import "math/bits"

// MegabyteAligned reports whether the bytes first to last, both included, of an
// archive of size bytes start and end on a megabyte: the rule for the range of a
// retrieval job. The last byte of the archive counts as an end.
func MegabyteAligned(first, last, size int64) bool {
	return first >= 0 && first <= last && last < size &&
		first%LeafSize == 0 && ((last+1)%LeafSize == 0 || last == size-1)
}

// Aligned reports whether the bytes first to last, both included, of an archive
// of size bytes are a node of its tree, so that the tree hash of just these
// bytes is part of the proof of the whole. The service returns a hash with a
// range exactly then.
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

// Leaves returns how many leaves size bytes have: at least one.
func Leaves(size int64) int64 {
	return (max(size, 1)-1)/LeafSize + 1
}

// powerOfTwoFrom returns the smallest power of two that is not below n, for n
// from 1 to 2^62.
func powerOfTwoFrom(n int64) int64 {
	return 1 << bits.Len64(uint64(n-1))
}
