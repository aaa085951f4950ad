package pack

import (
	"cmp"
	"slices"
)

// Range is a range of bytes: of a file, of the tar stream or of a pack.
type Range struct{ Offset, Size int64 }

// End returns the offset after the last byte.
func (r Range) End() int64 { return r.Offset + r.Size }

// Merge returns the ranges in their order. It joins ranges that overlap, and those between
// which at most gap bytes lie. Ranges without bytes are left out.
func Merge(ranges []Range, gap int64) []Range {
	sorted := slices.Clone(ranges)
	slices.SortFunc(sorted, func(a, b Range) int { return cmp.Compare(a.Offset, b.Offset) })
	var merged []Range
	for _, r := range sorted {
		if r.Size <= 0 {
			continue
		}
		last := len(merged) - 1
		if last < 0 || r.Offset-merged[last].End() > gap {
			merged = append(merged, r)
			continue
		}
		merged[last].Size = max(merged[last].End(), r.End()) - merged[last].Offset
	}
	return merged
}

// Span returns the bytes of the pack from which a range of the tar stream can be read: whole
// frames. A range without bytes needs none. What lies beyond the tar stream is left out.
func (t *Tail) Span(offset, size int64) Range {
	end := min(offset+size, t.table.end)
	offset = max(offset, 0)
	if offset >= end {
		return Range{}
	}
	first, last := t.table.find(offset), t.table.find(end-1)
	at := t.table.start(first)
	return Range{Offset: at, Size: t.table.ends[last] - at}
}
