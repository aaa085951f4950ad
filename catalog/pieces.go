package catalog

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"firn/record"
	"firn/vault"
)

// pieceSize is how much a piece of an upload or a download has of parts or segments,
// in bytes of an export: with all else that belongs to the line, less than the 16 MiB
// that the first firns took. It is more than the 10,000 parts of an upload need, so
// that these stand on one line, which those firns understand.
const pieceSize = 8 << 20

// A part and a segment take so many bytes of an export, and the receipt of the part.
const (
	partSize    = 320
	segmentSize = 160
)

// errParts: the parts of an upload, or the segments of a download, cannot be read.
// It comes with a piece that has none.
var errParts = errors.New("its parts cannot be read")

// inPieces reads with each upload its parts, with each download its segments.
func inPieces(s shelf) shelf {
	return func(ctx context.Context, q queryer, order string) iter.Seq2[numbered, error] {
		return func(yield func(numbered, error) bool) {
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

// eachPiece yields the pieces of an upload or a download.
func eachPiece(ctx context.Context, q queryer, n numbered, yield func(numbered, error) bool) bool {
	switch i := n.item.(type) {
	case uploadPiece:
		return cut(walk(ctx, q, scanPart, partsQuery, i.Key),
			func(p vault.Part) int { return partSize + len(p.Receipt) },
			func(parts []vault.Part, continues bool, err error) bool {
				return yield(numbered{n.key, uploadPiece{i.Upload, parts, continues}}, err)
			})
	case downloadPiece:
		return cut(walk(ctx, q, scanSegment, segmentsQuery, i.Key),
			func(record.Segment) int { return segmentSize },
			func(segments []record.Segment, continues bool, err error) bool {
				return yield(numbered{n.key, downloadPiece{i.Download, segments, continues}}, err)
			})
	}
	return yield(n, nil)
}

// cut cuts a list into pieces. There is one at least.
func cut[T any](list iter.Seq2[T, error], size func(T) int, yield func(piece []T, continues bool, err error) bool) bool {
	var piece []T
	held, continues := 0, false
	for item, err := range list {
		if err != nil {
			return yield(nil, continues, fmt.Errorf("%w: %w", errParts, err))
		}
		if held += size(item); held > pieceSize && len(piece) > 0 {
			if !yield(piece, continues, nil) {
				return false
			}
			piece, held, continues = nil, size(item), true
		}
		piece = append(piece, item)
	}
	return yield(piece, continues, nil)
}
