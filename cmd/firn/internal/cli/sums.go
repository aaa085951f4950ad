package cli

import (
	"fmt"

	"firn/internal/humane"
	"firn/record"
)

// SizeText shows a size that may not be known.
func SizeText(size int64) string {
	if size < 0 {
		return "of unknown size"
	}
	return humane.Bytes(size)
}

// SumOf is the size of archives together, and of how many it is not known.
func SumOf(archives []record.Archive) (bytes int64, unknown int) {
	for _, a := range archives {
		bytes += max(0, a.Size)
		if a.Size < 0 {
			unknown++
		}
	}
	return bytes, unknown
}

// SumText shows the size of archives together, of some of which it may not be known.
func SumText(bytes int64, unknown int) string {
	switch {
	case unknown == 0:
		return humane.Bytes(bytes)
	case bytes == 0:
		return "of unknown size"
	}
	return fmt.Sprintf("%s and %d of unknown size", humane.Bytes(bytes), unknown)
}
