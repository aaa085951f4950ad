package coldfront

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
)

// Request is a request that the front has answered, or whose connection it has
// closed.
type Request struct {
	Operation string // S3's name, such as UploadPart
	Method    string
	Bucket    string
	Key       string
	Query     url.Values
	Header    http.Header
	Status    int    // 0: the connection was closed before there was one
	Code      string // of the fault that hit it or of the front's own error
	Received  int64  // bytes of the body that were read
	Sent      int64  // bytes of the answer's body
}

// record keeps the requests in the order in which they ended.
type record struct {
	mu   sync.Mutex
	list []Request
}

func (r *record) add(request Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, request)
}

func (r *record) all() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

// counted is a body that counts.
type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (b counted) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}

// observed is an answer that remembers its status and its length. It hides what
// else the writer can do, which the proxy would use to give up when the client
// does.
type observed struct {
	out    http.ResponseWriter
	status int
	sent   int64
}

func (o *observed) Header() http.Header { return o.out.Header() }

func (o *observed) WriteHeader(status int) {
	if status >= 200 && o.status == 0 {
		o.status = status
	}
	o.out.WriteHeader(status)
}

func (o *observed) Write(p []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	n, err := o.out.Write(p)
	o.sent += int64(n)
	return n, err
}

// FlushError lets the proxy flush.
func (o *observed) FlushError() error { return http.NewResponseController(o.out).Flush() }

// abort breaks the connection in the first line of an answer. Closed without a
// byte, net/http might ask again by itself, and the fault would harm nobody.
func (o *observed) abort() {
	conn, _, err := http.NewResponseController(o.out).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // an answer is on its way; this closes the connection
	}
	_, _ = conn.Write([]byte("HTTP/1.1 ")) // the client may be gone
	_ = conn.Close()
}
