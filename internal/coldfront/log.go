package coldfront

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
)

// Request is a request that the front has begun to answer, or whose connection it was about
// to close.
type Request struct {
	Operation string // S3's name, such as UploadPart
	Method    string
	Bucket    string
	Key       string
	Query     url.Values
	Header    http.Header
	Status    int   // 0: there was no answer
	Received  int64 // bytes of the body
	Sent      int64 // bytes of the answer's body so far
}

// record keeps the requests in the order of their answers. A client that has received an
// answer finds the request here.
type record struct {
	log  io.Writer // or nil
	mu   sync.Mutex
	list []*Request
}

func (r *record) add(request *Request, uri string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, request)
	if r.log != nil {
		// A failure only means that the reader of the log misses a line.
		_, _ = fmt.Fprintf(r.log, "%s %s %s %d\n", request.Operation, request.Method, uri, request.Status)
	}
}

// sent adds to the length of an answer.
func (r *record) sent(request *Request, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	request.Sent += int64(n)
}

func (r *record) all() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Request, len(r.list))
	for i, request := range r.list {
		list[i] = *request
	}
	return list
}

// counted is a body that counts its bytes.
type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (b counted) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}

// observed is an answer that is recorded before it is sent. It hides the other methods of
// the writer, with which the proxy would stop when the client does.
type observed struct {
	out     http.ResponseWriter
	record  *record
	call    *call
	request *Request // nil before there is a status
}

// begins records the answer, once.
func (o *observed) begins(status int) {
	if o.request == nil {
		o.request = o.call.logged(status)
		o.record.add(o.request, o.call.request.URL.RequestURI())
	}
}

func (o *observed) Header() http.Header { return o.out.Header() }

func (o *observed) WriteHeader(status int) {
	if status >= 200 {
		o.begins(status)
	}
	o.out.WriteHeader(status)
}

func (o *observed) Write(p []byte) (int, error) {
	o.begins(http.StatusOK)
	o.record.sent(o.request, len(p))
	return o.out.Write(p)
}

func (o *observed) FlushError() error { return http.NewResponseController(o.out).Flush() }

// abort closes the connection within the first line of an answer. If it sent no byte,
// net/http might repeat the request itself, and the fault would have no effect.
func (o *observed) abort() {
	o.begins(0)
	conn, _, err := http.NewResponseController(o.out).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // an answer is being sent; this closes the connection
	}
	_, _ = conn.Write([]byte("HTTP/1.1 ")) // the client may be gone
	_ = conn.Close()
}
