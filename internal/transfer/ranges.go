package transfer

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"firn/treehash"
	"firn/vault"
)

// preferredSegment is the usual size of a segment. The reasons are the same as for a part.
const preferredSegment = preferredPart

// Segments divides a range of an archive of size bytes into runs of at most segment bytes
// (rounded down to 1 MiB times a power of two; 0: 16 MiB), in order. Each run is a node of
// the archive's tree, so the vault returns its hash, and treehash.Join computes the hash of
// the whole. The exception is the part of the range before its first and behind its last
// whole MiB.
func Segments(r vault.Range, size, segment int64) []vault.Range {
	if segment <= 0 {
		segment = preferredSegment
	}
	widest := int64(1) << (bits.Len64(uint64(max(segment/treehash.LeafSize, 1))) - 1)

	var runs []vault.Range
	for at, end := r.Offset, r.End(); at < end; {
		leaf := at / treehash.LeafSize
		next := min(end, (leaf+1)*treehash.LeafSize)
		if at%treehash.LeafSize == 0 {
			next = nodeAt(leaf, end, size, widest)
		}
		runs = append(runs, vault.Range{Offset: at, Size: next - at})
		at = next
	}
	return runs
}

// nodeAt returns the end of the largest node that begins at a leaf, is at most widest
// leaves wide and does not extend beyond end. If not even the leaf fits, it returns end.
func nodeAt(leaf, end, size, widest int64) int64 {
	if leaf > 0 {
		widest = min(widest, leaf&-leaf)
	}
	leaves := (end - leaf*treehash.LeafSize) / treehash.LeafSize
	if end == size {
		leaves = treehash.Leaves(end) - leaf
		if leaves <= widest {
			return end
		}
	}
	if leaves == 0 {
		return end
	}
	widest = min(widest, int64(1)<<(bits.Len64(uint64(leaves))-1))
	return (leaf + widest) * treehash.LeafSize
}

// Nodes returns the smallest number of nodes of the tree of an archive of size bytes that
// together are exactly the range r, which must be megabyte-aligned. The vault returns a
// hash with each of them.
func Nodes(r vault.Range, size int64) []vault.Range {
	return Segments(r, size, math.MaxInt64)
}

// Missing returns the part of whole that is in none of the ranges of have, as the smallest
// number of ranges, by offset. The ranges of have may overlap and extend beyond whole.
func Missing(whole vault.Range, have []vault.Range) []vault.Range {
	have = slices.Clone(have)
	slices.SortFunc(have, func(a, b vault.Range) int { return cmp.Compare(a.Offset, b.Offset) })
	var gaps []vault.Range
	at := whole.Offset
	for _, h := range have {
		if h.Size <= 0 {
			continue
		}
		if end := min(h.Offset, whole.End()); at < end {
			gaps = append(gaps, vault.Range{Offset: at, Size: end - at})
		}
		at = max(at, h.End())
	}
	if at < whole.End() {
		gaps = append(gaps, vault.Range{Offset: at, Size: whole.End() - at})
	}
	return gaps
}
