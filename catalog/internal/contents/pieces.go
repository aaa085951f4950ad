package contents

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// PieceSize is the size, in bytes of an export, of the parts of one item, or of its
// segments. With the rest of its line that is less than the 16 MiB that the first versions
// of firn accepted. The 10,000 parts of an upload need less, so that they are on one line,
// which those versions understand.
const PieceSize = 8 << 20

// The sizes of a part and of a segment in an export, in bytes. A part's receipt comes in
// addition.
const (
	partSize    = 320
	segmentSize = 160
)

// ErrParts means that the parts of an upload, or the segments of a download, cannot be
// read. The item that comes with it has none.
var ErrParts = errors.New("its parts cannot be read")

// inPieces adds to each upload its parts, and to each download its segments. It cuts an
// item into several if there are very many.
func inPieces(s Section) Section {
	return func(ctx context.Context, q table.Queryer, order string) iter.Seq2[Numbered, error] {
		return func(yield func(Numbered, error) bool) {
			for n, err := range s(ctx, q, order) {
				if err != nil {
					if !yield(n, err) {
						return
					}
					continue
				}
				if !eachPiece(ctx, q, n, yield) {
					return
				}
			}
		}
	}
}

// eachPiece yields the items of one upload or download.
func eachPiece(ctx context.Context, q table.Queryer, n Numbered, yield func(Numbered, error) bool) bool {
	switch i := n.Item.(type) {
	case Upload:
		return cut(table.Walk(ctx, q, table.ScanPart, table.PartsQuery, i.Key),
			func(p vault.Part) int { return partSize + len(p.Receipt) },
			func(parts []vault.Part, continues bool, err error) bool {
				return yield(Numbered{n.Key, Upload{i.Upload, parts, continues}}, err)
			})
	case Download:
		return cut(table.Walk(ctx, q, table.ScanSegment, table.SegmentsQuery, i.Key),
			func(record.Segment) int { return segmentSize },
			func(segments []record.Segment, continues bool, err error) bool {
				return yield(Numbered{n.Key, Download{i.Download, segments, continues}}, err)
			})
	}
	return yield(n, nil)
}

// cut cuts a list into pieces of at most pieceSize. There is at least one piece.
func cut[T any](list iter.Seq2[T, error], size func(T) int, yield func(piece []T, continues bool, err error) bool) bool {
	var piece []T
	held, continues := 0, false
	for item, err := range list {
		if err != nil {
			return yield(nil, continues, fmt.Errorf("%w: %w", ErrParts, err))
		}
		if held += size(item); held > PieceSize && len(piece) > 0 {
			if !yield(piece, continues, nil) {
				return false
			}
			piece, held, continues = nil, size(item), true
		}
		piece = append(piece, item)
	}
	return yield(piece, continues, nil)
}
