package wire

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"firn/server/internal/refusal"
)

// contentRange is the value of the Content-Range header of a part.
type contentRange struct {
	first, last int64 // bytes of the archive, both included; 0 <= first <= last
	total       int64 // bytes of the archive; 0: unknown
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
		if total, ok = ParseOffset(size); !ok || total == 0 {
			return contentRange{}, malformed
		}
	}
	first, last, ok := strings.Cut(text, "-")
	if !ok {
		return contentRange{}, malformed
	}
	a, okA := ParseOffset(first)
	b, okB := ParseOffset(last)
	if !okA || !okB || b < a || total > 0 && b >= total {
		return contentRange{}, malformed
	}
	return contentRange{first: a, last: b, total: total}, nil
}

// ParseOffset reads decimal digits and nothing else: no sign, no spaces. The
// largest number is left out, so that one more is still a number.
func ParseOffset(s string) (int64, bool) {
	if !ConsistsOf(s, IsDigit) {
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

// PartRange reads at which byte of the archive a part begins, in an upload with parts of
// partSize bytes. A short part is taken anywhere, unless the client has sent the size of the
// archive: which part is the last is not known before the upload is completed.
func PartRange(r *http.Request, partSize int64) (first int64, err error) {
	text := r.Header.Get("Content-Range")
	if text == "" {
		return 0, refusal.MissingParameter("Content-Range")
	}
	where, err := parseContentRange(text)
	switch {
	case err != nil:
		return 0, refusal.Invalid("Invalid Content-Range: " + text)
	case where.size() != r.ContentLength:
		return 0, refusal.Invalid(fmt.Sprintf("Content-Range: %s is incompatible with Content-Length: %d", where, r.ContentLength))
	case where.first%partSize != 0 || where.size() > partSize:
		return 0, refusal.Invalid(fmt.Sprintf("Invalid Content-Range: %s. A part begins at a multiple of the part size, "+
			"which is %d, and is not longer.", where, partSize))
	case where.total > maxParts*partSize, where.total > 0 && where.size() < partSize && where.last+1 < where.total:
		return 0, refusal.Invalid(fmt.Sprintf("Invalid Content-Range: %s. No archive of that size has this part "+
			"in an upload with parts of %d bytes.", where, partSize))
	case where.first/partSize >= maxParts:
		return 0, refusal.Invalid(fmt.Sprintf("This is part number %d for the current multipart upload. "+
			"It exceeds the limit of %d parts.", where.first/partSize+1, maxParts))
	}
	return where.first, nil
}
