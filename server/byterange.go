package server

import (
	"math"
	"net/http"
	"strconv"
	"strings"

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

// parseAmount is parseOffset for numbers that may be beyond any size.
func parseAmount(s string) (int64, bool) {
	if !consistsOf(s, isDigit) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	return n, true
}

// of returns the bytes of an output of size bytes that r means: an end beyond
// the output's is the output's. It reports whether there are any.
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

// parseRetrievalRange reads the RetrievalByteRange of a job for an archive of
// size bytes: "FIRST-LAST", which must be megabyte aligned (Amazon Glacier
// developer guide, "Range retrievals").
func parseRetrievalRange(text string, size int64) (vault.Range, bool) {
	from, to, ok := strings.Cut(text, "-")
	if !ok {
		return vault.Range{}, false
	}
	first, okFirst := parseOffset(from)
	last, okLast := parseOffset(to)
	if !okFirst || !okLast || !treehash.MegabyteAligned(first, last, size) {
		return vault.Range{}, false
	}
	return vault.Range{Offset: first, Size: last - first + 1}, true
}

// outputRange reads which bytes of an output of size bytes the client wants. The
// zero Range is all of it, also if the header is not understood.
func outputRange(r *http.Request, size int64) (vault.Range, error) {
	text := r.Header.Get("Range")
	asked, ok := parseByteRange(text)
	if !ok || size == 0 {
		return vault.Range{}, nil
	}
	is, ok := asked.of(size)
	if !ok {
		return vault.Range{}, invalid("The start of the range is larger than size of retrieved data: " + text)
	}
	return is, nil
}
