package coldfront

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// More features, which services that speak S3 may lack.
const (
	// UploadList is ListMultipartUploads. It can be refused; ignored, the bucket's
	// objects are listed in its place.
	UploadList Feature = iota + 100
	// Ranges are those of GetObject. They can be ignored, not refused.
	Ranges
	// TaggingQuery is the word in a query that makes a request one for tags. Ignored,
	// such a request is one for the object itself.
	TaggingQuery
	// UploadClasses is the class of an upload in lists. Ignored, it is STANDARD.
	UploadClasses
	// Archiving is that objects of the cold classes must be restored. Ignored, they are
	// read as they are.
	Archiving
)

// Dialect is how a service differs from S3.
type Dialect struct {
	// MaxParts is how many parts it takes in one upload; 0: 10,000.
	MaxParts int
	// MaxBody is how many bytes a body may have that a proxy before it lets through; 0:
	// any number.
	MaxBody int64
	// Unknown are the beginnings of the names of headers that it refuses.
	Unknown []string
}

// refused is the answer to a request that the service does not take.
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

// isTooLarge reports whether the proxy lets no such request through, and answers it.
func (d Dialect) isTooLarge(out *observed, c *call) bool {
	if d.MaxBody == 0 || c.request.ContentLength <= d.MaxBody {
		return false
	}
	out.Header().Set("Content-Type", "text/html")
	out.WriteHeader(http.StatusRequestEntityTooLarge)
	_, _ = out.Write([]byte("<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body><hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"))
	return true
}

// overlook removes from a request what the service takes no notice of, before anybody
// looks what it is. It tells whether there was any.
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
