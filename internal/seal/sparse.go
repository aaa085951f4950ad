package seal

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// A Sparse file has only some ranges of a file. It is an io.ReaderAt. Add ranges before the
// first read.
type Sparse struct{ pieces []piece } // in the order of their offsets

type piece struct {
	Range
	src io.ReaderAt
}

// Add adds the range r of the file. Byte 0 of src is the first byte of the range.
func (s *Sparse) Add(r Range, src io.ReaderAt) {
	i, _ := slices.BinarySearchFunc(s.pieces, r.Offset, func(p piece, offset int64) int { return cmp.Compare(p.Offset, offset) })
	s.pieces = slices.Insert(s.pieces, i, piece{r, src})
}

// ReadAt reads across adjacent ranges. It returns ErrMissing for bytes that were not added.
func (s *Sparse) ReadAt(p []byte, off int64) (int, error) {
	read := 0
	for read < len(p) {
		at := off + int64(read)
		from := s.find(at)
		if from == nil {
			return read, fmt.Errorf("%w: byte %d", ErrMissing, at)
		}
		n := min(int64(len(p)-read), from.Offset+from.Size-at)
		if err := readFull(from.src, p[read:read+int(n)], at-from.Offset); err != nil {
			return read, err
		}
		read += int(n)
	}
	return read, nil
}

// find returns a piece that has the byte at off, or nil.
func (s *Sparse) find(off int64) *piece {
	i, _ := slices.BinarySearchFunc(s.pieces, off+1, func(p piece, offset int64) int { return cmp.Compare(p.Offset, offset) })
	for i--; i >= 0; i-- {
		if p := &s.pieces[i]; off < p.Offset+p.Size {
			return p
		}
	}
	return nil
}
