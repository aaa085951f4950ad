package coldfront

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// More features that services with the S3 protocol may lack.
const (
	// UploadList is ListMultipartUploads. It can be refused. If it is ignored, the answer
	// is the list of the bucket's objects.
	UploadList Feature = iota + 100
	// Ranges are ranges of GetObject. They can be ignored, not refused.
	Ranges
	// TaggingQuery is the query of a request for tags. If it is ignored, such a request
	// applies to the object itself.
	TaggingQuery
	// UploadClasses is the class of an upload in lists. If it is ignored, it is STANDARD.
	UploadClasses
	// Archiving is the need to restore objects of the cold classes. If it is ignored, they
	// can be read at any time.
	Archiving
)

// Dialect describes other differences of a service from S3.
type Dialect struct {
	// MaxParts is the number of parts in one upload; 0: 10,000.
	MaxParts int
	// MaxBody is the largest body in bytes that a proxy in front of the service lets
	// through; 0: no limit.
	MaxBody int64
	// Unknown are prefixes of the names of headers that the service refuses.
	Unknown []string
}

// refused returns the error for a request that the service refuses, or nil.
func (d Dialect) refused(c *call) *s3Error {
	r := c.request
	if n, err := strconv.Atoi(r.URL.Query().Get("partNumber")); err == nil && d.MaxParts > 0 && n > d.MaxParts {
		return &s3Error{
			Status: http.StatusBadRequest, Code: "InvalidArgument",
			Message: fmt.Sprintf("Part number must be an integer between 1 and %d, inclusive", d.MaxParts),
		}
	}
	for _, name := range d.Unknown {
		for field := range r.Header {
			if strings.HasPrefix(strings.ToLower(field), name) {
				return &s3Error{
					Status: http.StatusBadRequest, Code: "InvalidArgument",
					Message: fmt.Sprintf("Unsupported header '%s' received for this API call.", strings.ToLower(field)),
				}
			}
		}
	}
	return nil
}

// isTooLarge reports whether the proxy refuses the request for its size, and answers it.
func (d Dialect) isTooLarge(out *observed, c *call) bool {
	if d.MaxBody == 0 || c.request.ContentLength <= d.MaxBody {
		return false
	}
	out.Header().Set("Content-Type", "text/html")
	out.WriteHeader(http.StatusRequestEntityTooLarge)
	_, _ = out.Write([]byte("<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body><hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"))
	return true
}

// overlook removes ignored parts from a request before its operation is determined. It
// reports whether it changed the request.
func (f *Front) overlook(r *http.Request, n name) (changed bool) {
	query := r.URL.Query()
	if f.ignores(TaggingQuery) && n.key != "" && query.Has("tagging") {
		query.Del("tagging")
		changed = true
	}
	if f.ignores(UploadList) && n.key == "" && query.Has("uploads") {
		query.Del("uploads")
		changed = true
	}
	if changed {
		setQuery(r, query)
	}
	if f.ignores(Ranges) && r.Header.Get("Range") != "" {
		r.Header.Del("Range")
		changed = true
	}
	return changed
}
