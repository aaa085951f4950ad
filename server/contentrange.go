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
	total       int64 // bytes of the archive; 0: not told
}

// parseContentRange reads "bytes FIRST-LAST/*". Some tools send the size of the
// archive in place of the asterisk, as HTTP has it, so that is read as well.
func parseContentRange(value string) (contentRange, error) {
	malformed := fmt.Errorf("%q is not of the form bytes FIRST-LAST/* or bytes FIRST-LAST/SIZE", value)
	text, ok := strings.CutPrefix(value, "bytes ")
	if !ok {
		return contentRange{}, malformed
	}
	text, size, ok := strings.Cut(text, "/")
	if !ok {
		return contentRange{}, malformed
	}
	var total int64
	if size != "*" {
		if total, ok = parseOffset(size); !ok || total == 0 {
			return contentRange{}, malformed
		}
	}
	first, last, ok := strings.Cut(text, "-")
	if !ok {
		return contentRange{}, malformed
	}
	a, okA := parseOffset(first)
	b, okB := parseOffset(last)
	if !okA || !okB || b < a || total > 0 && b >= total {
		return contentRange{}, malformed
	}
	return contentRange{first: a, last: b, total: total}, nil
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
func (r contentRange) String() string {
	if r.total > 0 {
		return fmt.Sprintf("bytes %d-%d/%d", r.first, r.last, r.total)
	}
	return fmt.Sprintf("bytes %d-%d/*", r.first, r.last)
}
