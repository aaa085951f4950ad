// Package crc64 computes the CRC-64/NVME of bytes, which S3 keeps for whole objects. The
// checksum of a whole follows from the checksums of its parts ([Sum.Join]), so no byte is
// read twice.
//
// A CRC detects accidental changes. It does not detect deliberate ones; the hashes of
// package treehash do.
package crc64

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/minio/crc64nvme"
)

// Sum is a CRC-64/NVME (polynomial 0xAD93D23594C93659 reflected, initial value and final
// exclusive or with all ones). Zero, which is the Sum of no bytes, also means "unknown".
type Sum uint64

// New returns a hash whose Sum64 is the Sum of the bytes written to it.
func New() hash.Hash64 { return crc64nvme.New() }

// String formats the Sum as S3 does: 8 bytes in big-endian order, in base64.
func (s Sum) String() string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(s)))
}

// Parse parses the result of String. Anything else is an error.
func Parse(text string) (Sum, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != 8 {
		return 0, fmt.Errorf("%.40q is no CRC-64", text)
	}
	return Sum(binary.BigEndian.Uint64(b)), nil
}

// buffer is the number of bytes that are read at a time: few enough to stay in the
// processor's cache.
const buffer = 256 << 10

// Read returns the Sum of the next size bytes of r. It returns io.ErrUnexpectedEOF if r
// ends early, and the cause of ctx if that is cancelled.
func Read(ctx context.Context, r io.Reader, size int64) (Sum, error) {
	h, buf := New(), make([]byte, min(buffer, size))
	for size > 0 {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		n, err := io.ReadFull(r, buf[:min(int64(len(buf)), size)])
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		_, _ = h.Write(buf[:n]) // never fails
		size -= int64(n)
	}
	return Sum(h.Sum64()), nil
}

// polynomial is the reflected polynomial of CRC-64/NVME.
const polynomial = 0x9A6C9329AC4BC9B5

// Join returns the Sum of bytes with the Sum s followed by size bytes with the Sum next.
// The bits of a Sum are the coefficients of a polynomial over GF(2); the highest bit
// belongs to x^0. Appending a zero byte multiplies the polynomial by x^8, modulo the
// polynomial of the CRC.
func (s Sum) Join(next Sum, size int64) Sum {
	const one, byteOfZeros = 1 << 63, 1 << 55 // x^0, x^8
	shift, power := uint64(one), uint64(byteOfZeros)
	for ; size > 0; size >>= 1 {
		if size&1 == 1 {
			shift = times(shift, power)
		}
		power = times(power, power)
	}
	return Sum(times(shift, uint64(s))) ^ next
}

// times multiplies two polynomials modulo the polynomial of the CRC.
func times(a, b uint64) (product uint64) {
	for ; a != 0; a <<= 1 {
		product ^= b & -(a >> 63)
		b = b>>1 ^ polynomial&-(b&1)
	}
	return product
}
