package s3vault

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/minio/crc64nvme"
)

// crc is a CRC-64/NVME, which S3 keeps of whole objects (polynomial
// 0xAD93D23594C93659 reflected, all ones at the start and in the end).
type crc uint64

// text is how S3 writes it: 8 bytes, the highest first, in base64.
func (c crc) text() string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(c)))
}

func parseCRC(text string) (crc, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != 8 {
		return 0, fmt.Errorf("%.40q is no CRC-64", text)
	}
	return crc(binary.BigEndian.Uint64(b)), nil
}

// crcBuffer is how many bytes are read at a time: few enough to stay in the
// processor's cache.
const crcBuffer = 256 << 10

// crcOf reads size bytes.
func crcOf(r io.Reader, size int64) (crc, error) {
	h := crc64nvme.New()
	n, err := io.CopyBuffer(h, io.LimitReader(r, size), make([]byte, crcBuffer))
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return crc(h.Sum64()), err
}

// polynomial is that of CRC-64/NVME, reflected.
const polynomial = 0x9A6C9329AC4BC9B5

// joined is the CRC of bytes with the CRC c, followed by size bytes with the CRC
// next. Appending a zero bit is a linear map over the bits of a CRC; size zero
// bytes are that map to the power of 8 size, which is found by squaring.
func (c crc) joined(next crc, size int64) crc {
	var power [64]uint64 // the map: the image of each bit
	power[0] = polynomial
	for i := 1; i < 64; i++ {
		power[i] = 1 << (i - 1)
	}
	power = squared(squared(squared(power))) // a byte
	for ; size > 0; size >>= 1 {
		if size&1 == 1 {
			c = crc(image(&power, uint64(c)))
		}
		power = squared(power)
	}
	return c ^ next
}

func image(m *[64]uint64, bits uint64) (sum uint64) {
	for i := 0; bits != 0; bits >>= 1 {
		if bits&1 == 1 {
			sum ^= m[i]
		}
		i++
	}
	return sum
}

func squared(m [64]uint64) (s [64]uint64) {
	for i, bits := range m {
		s[i] = image(&m, bits)
	}
	return s
}
