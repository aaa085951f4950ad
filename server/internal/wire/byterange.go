package wire

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"firn/server/internal/refusal"
	"firn/treehash"
	"firn/vault"
)

// byteRange is the value of the Range header of GetJobOutput.
type byteRange struct {
	first int64 // byte of the output; -1: the last bytes of it
	last  int64 // included; of the last bytes: how many
}

// parseByteRange reads the three forms "bytes=FIRST-LAST", "bytes=FIRST-" and
// "bytes=-COUNT" of RFC 9110, section 14.1.2. Any other text, several ranges
// included, is no range, and the service answers as if it were not there.
// Numbers that are too large mean the largest.
func parseByteRange(value string) (byteRange, bool) {
	text, ok := strings.CutPrefix(value, "bytes=")
	if !ok {
		return byteRange{}, false
	}
	from, to, ok := strings.Cut(text, "-")
	if !ok {
		return byteRange{}, false
	}
	first, okFirst := parseAmount(from)
	last, okLast := parseAmount(to)
	switch {
	case from == "":
		return byteRange{first: -1, last: last}, okLast && last > 0
	case to == "":
		return byteRange{first: first, last: math.MaxInt64}, okFirst
	}
	return byteRange{first: first, last: last}, okFirst && okLast && first <= last
}

// parseAmount is ParseOffset for numbers that may be larger than any size.
func parseAmount(s string) (int64, bool) {
	if !ConsistsOf(s, IsDigit) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	return n, true
}

// of returns the bytes of an output of size bytes that r means. A range that ends behind the
// output means all bytes to the end of the output. It is false if there are no such bytes.
func (r byteRange) of(size int64) (vault.Range, bool) {
	if r.first < 0 {
		count := min(r.last, size)
		return vault.Range{Offset: size - count, Size: count}, size > 0
	}
	if r.first >= size {
		return vault.Range{}, false
	}
	return vault.Range{Offset: r.first, Size: min(r.last, size-1) - r.first + 1}, true
}

// ParseRetrievalRange reads the RetrievalByteRange of a job for an archive of
// size bytes: "FIRST-LAST", which must be megabyte aligned (Amazon Glacier
// developer guide, "Range retrievals").
func ParseRetrievalRange(text string, size int64) (vault.Range, bool) {
	from, to, ok := strings.Cut(text, "-")
	if !ok {
		return vault.Range{}, false
	}
	first, okFirst := ParseOffset(from)
	last, okLast := ParseOffset(to)
	if !okFirst || !okLast || !treehash.MegabyteAligned(first, last, size) {
		return vault.Range{}, false
	}
	return vault.Range{Offset: first, Size: last - first + 1}, true
}

// OutputRange reads which bytes of an output of size bytes the client wants. The zero Range
// is all of the output, also if the header cannot be read.
func OutputRange(r *http.Request, size int64) (vault.Range, error) {
	text := r.Header.Get("Range")
	wanted, ok := parseByteRange(text)
	if !ok || size == 0 {
		return vault.Range{}, nil
	}
	bytes, ok := wanted.of(size)
	if !ok {
		return vault.Range{}, refusal.Invalid("The start of the range is larger than size of retrieved data: " + text)
	}
	return bytes, nil
}
