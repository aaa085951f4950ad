package transfer_test

import (
	"testing"

	"firn/internal/transfer"
)

// SmallerPart returns a smaller part size if such parts can hold the archive.
func TestSmallerPart(t *testing.T) {
	for _, test := range []struct{ size, refused, want int64 }{
		{gib, 16 * mib, mib},
		{gib, 64 * mib, mib},
		{gib, 128 * mib, 64 * mib},
		{gib, 4 * gib, 64 * mib},
		{gib, mib, mib}, // 1 MiB is the smallest
		{10_000 * 16 * mib, 64 * mib, 16 * mib},
		{10_000 * 128 * mib, 256 * mib, 128 * mib},
		{10_000 * 128 * mib, 128 * mib, 128 * mib},
		{transfer.Unknown, 128 * mib, 64 * mib},
	} {
		if got := transfer.SmallerPart(glacier(), test.size, test.refused); got != test.want {
			t.Errorf("%d bytes, refused in parts of %d: %d, want %d", test.size, test.refused, got, test.want)
		}
	}
}
