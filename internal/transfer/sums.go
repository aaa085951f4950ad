package transfer

import (
	"context"
	"io"

	"firn/internal/crc64"
	"firn/treehash"
	"firn/vault"
)

// Sums are the checksums of a piece, from a single pass over its bytes.
type Sums struct {
	treehash.Sums
	CRC64 crc64.Sum // zero if the vault does not use it
}

// read computes the Sums of all bytes of r, through buf, with the CRC-64 if it is wanted.
// It ends early when ctx is cancelled.
func read(ctx context.Context, r io.Reader, buf []byte, withCRC64 bool) (Sums, error) {
	if !withCRC64 {
		sums, err := treehash.Read(ctx, r, buf)
		return Sums{Sums: sums}, err
	}
	crc := crc64.New()
	sums, err := treehash.Read(ctx, io.TeeReader(r, crc), buf)
	return Sums{sums, crc64.Sum(crc.Sum64())}, err
}

// summed is a reader that writes all bytes, which must be read in order, to a CRC.
type summed struct {
	io.ReaderAt
	crc io.Writer
}

func (s summed) ReadAt(b []byte, offset int64) (int, error) {
	n, err := s.ReaderAt.ReadAt(b, offset)
	_, _ = s.crc.Write(b[:n]) // never fails
	return n, err
}

// provable reports whether a part that the vault holds can be compared with local bytes.
func provable(held vault.Part) bool { return !held.TreeHash.IsZero() || held.CRC64 != 0 }

// prove reports whether the vault holds the piece with these sums.
func (s Sums) prove(held vault.Part) bool {
	if held.TreeHash.IsZero() {
		return held.CRC64 != 0 && held.CRC64 == s.CRC64
	}
	return held.TreeHash == s.Tree
}
