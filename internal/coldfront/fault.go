package coldfront

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"sync"
)

// Harm is the effect of a [Fault].
type Harm int

const (
	// Refuse answers with Status and Code; the request does not reach the server.
	Refuse Harm = iota
	// LoseRequest closes the connection; the request does not reach the server.
	LoseRequest
	// LoseAnswer closes the connection after the server has acted.
	LoseAnswer
	// ErrorInOK answers 200 with an Error of Code in the body, as S3 may do for
	// CompleteMultipartUpload and CopyObject; the request does not reach the server.
	ErrorInOK
	// ErrorAfterAll is ErrorInOK after the server has acted.
	ErrorAfterAll
	// Flip inverts one bit of the answer's body.
	Flip
	// Cut closes the connection after Bytes bytes of the answer's body.
	Cut
	// Tell sets the header Header of the answer to Value.
	Tell
	// Gateway answers 504 with an HTML page after the server has acted, like a proxy with a
	// timeout.
	Gateway
)

// Fault is a scripted failure of matching requests.
type Fault struct {
	Operation string         // S3's name, such as UploadPart; "" matches all
	Match     *regexp.Regexp // applied to "METHOD /path?query"; nil matches all
	After     int            // number of matching requests that pass first
	Times     int            // number of requests that then fail; 0 means 1, less than 0 all
	Harm      Harm
	Status    int    // for Refuse; 0 means 503
	Code      string // for Refuse and the errors in a 200; "" means SlowDown or InternalError
	Bytes     int64  // for Cut
	Header    string // for Tell
	Value     string // for Tell
}

// faults are the faults that have not happened yet.
type faults struct {
	mu   sync.Mutex
	list []*Fault
}

func (f *faults) add(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault.Times == 0 {
		fault.Times = 1
	}
	f.list = append(f.list, &fault)
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}

// take returns the fault of this request, or nil. If several faults match, the first one
// happens; the others count the request too.
func (f *faults) take(c *call) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var hit *Fault
	for _, fault := range f.list {
		switch {
		case !fault.matches(c):
		case fault.After > 0:
			fault.After--
		case hit == nil:
			hit = fault
			fault.Times--
		}
	}
	f.list = slices.DeleteFunc(f.list, func(fault *Fault) bool { return fault.Times == 0 })
	return hit
}

func (f *Fault) matches(c *call) bool {
	if f.Operation != "" && f.Operation != c.operation {
		return false
	}
	return f.Match == nil || f.Match.MatchString(c.request.Method+" "+c.request.URL.RequestURI())
}

// error returns the answer to a request that does not reach the server, or whose real
// answer is lost.
func (f *Fault) error() s3Error {
	e := s3Error{Status: f.Status, Code: f.Code, Message: "scripted"}
	switch f.Harm {
	case ErrorInOK, ErrorAfterAll:
		e.Status = http.StatusOK
		if e.Code == "" {
			e.Code = "InternalError"
		}
	default:
		if e.Status == 0 {
			e.Status = http.StatusServiceUnavailable
		}
		if e.Code == "" {
			e.Code = "SlowDown"
		}
	}
	return e
}

// before does what the fault does before the server acts. It reports whether it answered
// the request.
func (f *Fault) before(out *observed, c *call) bool {
	switch f.Harm {
	case Refuse, ErrorInOK:
		f.error().write(out, c)
		return true
	case LoseRequest:
		out.abort()
		return true
	default:
		return false
	}
}

// after applies the fault to the server's answer. It returns an error to lose the answer.
func (f *Fault) after(resp *http.Response, c *call) error {
	switch f.Harm {
	case LoseAnswer:
		return errLost
	case ErrorAfterAll:
		f.error().put(resp, c)
	case Gateway:
		replace(resp, http.StatusGatewayTimeout, []byte(gatewayPage), c)
		resp.Header = http.Header{"Content-Type": {"text/html"}, "Content-Length": resp.Header["Content-Length"]}
	case Flip:
		resp.Body = &flipped{ReadCloser: resp.Body}
	case Tell:
		resp.Header.Set(f.Header, f.Value)
	case Cut:
		resp.Body = &cut{ReadCloser: resp.Body, left: f.Bytes}
	default:
	}
	return nil
}

const gatewayPage = "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body><hr><center>nginx</center></body>\r\n</html>\r\n"

// flipped is a body with a wrong bit in its first byte.
type flipped struct {
	io.ReadCloser
	done bool
}

func (b *flipped) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 && !b.done {
		p[0] ^= 1
		b.done = true
	}
	return n, err
}

// cut is a body that ends with an error.
type cut struct {
	io.ReadCloser
	left int64
}

func (b *cut) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errLost
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
