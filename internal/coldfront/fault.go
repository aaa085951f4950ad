package coldfront

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"sync"
)

// Harm is what a [Fault] does.
type Harm int

const (
	// Refuse answers with Status and Code; the request does not arrive.
	Refuse Harm = iota
	// LoseRequest closes the connection; the request does not arrive.
	LoseRequest
	// LoseAnswer closes the connection after the server has acted.
	LoseAnswer
	// ErrorInOK answers 200 with an Error of Code in the body, as S3 may do for
	// CompleteMultipartUpload and CopyObject; the request does not arrive.
	ErrorInOK
	// ErrorAfterAll is the same after the server has acted.
	ErrorAfterAll
	// Flip makes one bit of the answer's body wrong.
	Flip
	// Cut ends the connection after Bytes bytes of the answer's body.
	Cut
	// Tell puts Value in place of the answer's field Header.
	Tell
	// Gateway answers 504 with a page for people after the server has acted, as a proxy
	// does whose patience is over.
	Gateway
)

// Fault is something that goes wrong with requests that match.
type Fault struct {
	Operation string         // S3's name, such as UploadPart; "" matches all
	Match     *regexp.Regexp // on "METHOD /path?query"; nil matches all
	After     int            // so many requests that match pass first
	Times     int            // how many are then hit; 0 means 1, less than 0 all
	Harm      Harm
	Status    int    // of Refuse; 0 means 503
	Code      string // of Refuse and the errors in a 200; "" means SlowDown or InternalError
	Bytes     int64  // of Cut
	Header    string // of Tell
	Value     string // of Tell
}

// faults are those that are still to come.
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

// take returns what goes wrong with this request, or nil. Of several faults that
// match, the first hits; the others count the request as well.
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

// error is the answer to a request that does not arrive, or whose answer is not
// what happened.
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

// before does what happens instead of asking the server. It tells whether it
// answered.
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

// after does what happens to the server's answer. It returns an error to lose it.
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

// flipped is a body whose first byte has a wrong bit.
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

// cut is a body that breaks.
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
