package seal

import "fmt"

const (
	// chunkSize is how many bytes of the payload a chunk holds; the last one may hold less.
	chunkSize = 64 << 10
	// tagSize is how many bytes longer a chunk is than the bytes that it holds.
	tagSize = 16
	// sealedChunk is the size of a chunk in the file.
	sealedChunk = chunkSize + tagSize
	// maxSealed is the size of the largest file that a Layout accepts, so that no sum overflows.
	maxSealed = 1 << 60
)

// Size returns the size of a sealed file with a head of the given size and plain bytes of
// payload, before it is written.
func Size(head, plain int64) int64 {
	chunks := max(1, (plain+chunkSize-1)/chunkSize)
	return head + plain + chunks*tagSize
}

// A Range is a range of bytes of a sealed file.
type Range struct{ Offset, Size int64 }

// A Layout says where the bytes of the payload lie in a sealed file.
type Layout struct{ head, sealed, plain int64 }

// NewLayout returns the layout of a file of sealed bytes, the first head of which are its
// head. It returns ErrTruncated if no age file has this size.
func NewLayout(head, sealed int64) (Layout, error) {
	if head < 0 || sealed > maxSealed {
		return Layout{}, fmt.Errorf("%w: %d bytes with a head of %d", ErrHeader, sealed, head)
	}
	payload := sealed - head
	chunks := (payload + sealedChunk - 1) / sealedChunk
	plain := payload - chunks*tagSize
	if plain < 0 || Size(head, plain) != sealed {
		return Layout{}, fmt.Errorf("%w: no age file has %d bytes", ErrTruncated, sealed)
	}
	return Layout{head, sealed, plain}, nil
}

// Plain returns the size of the payload.
func (l Layout) Plain() int64 { return l.plain }

// Head returns the range of the head.
func (l Layout) Head() Range { return Range{0, l.head} }

// Last returns the range of the last chunk, which a reader always needs.
func (l Layout) Last() Range {
	start := l.head + (max(l.plain, 1)-1)/chunkSize*sealedChunk
	return Range{start, l.sealed - start}
}

// Span returns the range of the chunks that hold size bytes of the payload from offset on, as
// far as the payload has them. It is empty if the payload has none of them.
func (l Layout) Span(offset, size int64) Range {
	if offset < 0 || size <= 0 || offset >= l.plain {
		return Range{}
	}
	end := l.plain
	if size < l.plain-offset {
		end = offset + size
	}
	first := l.head + offset/chunkSize*sealedChunk
	last := l.head + (end-1)/chunkSize*sealedChunk
	return Range{first, min(last+sealedChunk, l.sealed) - first}
}
