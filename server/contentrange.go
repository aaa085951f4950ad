package server

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// contentRange is the value of the Content-Range header of a part.
type contentRange struct {
	first, last int64 // bytes of the archive, both included; 0 <= first <= last
}

// parseContentRange reads "bytes FIRST-LAST/*", the only form that the service
// takes.
func parseContentRange(value string) (contentRange, error) {
	malformed := fmt.Errorf("%q is not of the form bytes FIRST-LAST/*", value)
	text, ok := strings.CutPrefix(value, "bytes ")
	if !ok {
		return contentRange{}, malformed
	}
	text, ok = strings.CutSuffix(text, "/*")
	if !ok {
		return contentRange{}, malformed
	}
	first, last, ok := strings.Cut(text, "-")
	if !ok {
		return contentRange{}, malformed
	}
	a, okA := parseOffset(first)
	b, okB := parseOffset(last)
	if !okA || !okB || b < a {
		return contentRange{}, malformed
	}
	return contentRange{first: a, last: b}, nil
}

// parseOffset reads decimal digits and nothing else: no sign, no spaces. The
// largest number is left out, so that one more is still a number.
func parseOffset(s string) (int64, bool) {
	if !consistsOf(s, isDigit) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n < math.MaxInt64
}

// size returns the length of the range in bytes.
func (r contentRange) size() int64 { return r.last - r.first + 1 }

// String returns the header value.
func (r contentRange) String() string { return fmt.Sprintf("bytes %d-%d/*", r.first, r.last) }
