package coldfront

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"sync/atomic"
	"time"
)

// maxDocument limits the XML that the front reads: a list has 1,000 entries.
const maxDocument = 16 << 20 // bytes

var errLost = errors.New("the answer is lost")

// call is one request in the front.
type call struct {
	request   *http.Request // as it came
	id        string
	name      name
	operation string
	asked     string // the operation before the service ignored something
	body      []byte // of RestoreObject and DeleteObjects
	changed   bool   // the request was changed and must be signed again
	page      *page  // or nil
	fault     *Fault // or nil
	received  atomic.Int64
}

// proxy forwards a request as it was signed, including Host, so that the server can verify
// it.
func (f *Front) proxy(ctx context.Context, c *call, out *observed) *httputil.ReverseProxy {
	var flush time.Duration
	if c.fault != nil && c.fault.Harm == Cut {
		flush = -1 // so that the bytes before the cut arrive
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "s3"
			r.Out.Host = r.In.Host
			if c.changed {
				// If signing fails, the server refuses the request.
				_ = f.sign(ctx, r.Out)
			}
		},
		Transport: f.transport,
		ModifyResponse: func(resp *http.Response) error {
			if err := f.answer(ctx, c, resp); err != nil {
				return err
			}
			if c.fault != nil {
				return c.fault.after(resp, c)
			}
			return nil
		},
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { out.abort() },
		ErrorLog:      log.New(io.Discard, "", 0),
		FlushInterval: flush,
	}
}

// ServeHTTP implements http.Handler.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := nameOf(r)
	asked := operationOf(r, n)
	c := &call{request: r, name: n, changed: f.overlook(r, n), operation: operationOf(r, n), asked: asked}
	c.id = fmt.Sprintf("FRONT%011d", f.ids.Add(1))
	out := &observed{out: w, record: &f.record, call: c}
	if c.fault = f.faults.take(c); c.fault != nil && c.fault.before(out, c) {
		return
	}
	if f.options.Dialect.isTooLarge(out, c) {
		return
	}
	if refused := f.refusedOutright(c); refused != nil {
		refused.write(out, c)
		return
	}
	// The server finishes each request, whether the client waits or not. Otherwise the
	// front would not know the class of a written object.
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	on := r.Clone(ctx)
	on.Body = counted{r.Body, &c.received}
	if err := f.prepare(c, on); err != nil {
		out.abort() // the body ended early
		return
	}
	f.proxy(ctx, c, out).ServeHTTP(out, on)
}

// prepare reads the bodies that the front needs, and removes what the service ignores.
func (f *Front) prepare(c *call, r *http.Request) error {
	if c.operation == "RestoreObject" || c.operation == "DeleteObjects" {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxDocument))
		if err != nil {
			return err
		}
		c.body = body
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	stripped, err := f.strip(c, r)
	paginated := f.paginate(c, r)
	mended := f.mend(c, r)
	disguised := c.disguise(r)
	c.changed = c.changed || stripped || paginated || mended || disguised
	return err
}

// logged returns the request for the record.
func (c *call) logged(status int) *Request {
	return &Request{
		Operation: c.asked, Method: c.request.Method, Bucket: c.name.bucket, Key: c.name.key,
		Query: c.request.URL.Query(), Header: c.request.Header,
		Status: status, Received: c.received.Load(),
	}
}

// refusedOutright returns the error for a request that the server would accept although S3
// does not.
func (f *Front) refusedOutright(c *call) *s3Error {
	if refused := f.refused(c); refused != nil {
		return refused
	}
	if refused := f.options.Dialect.refused(c); refused != nil {
		return refused
	}
	if class := c.request.Header.Get("X-Amz-Storage-Class"); class != "" && !isClass(class) {
		return invalidStorageClass()
	}
	if f.wantsChecksum(c) {
		return &s3Error{
			Status: http.StatusBadRequest, Code: "InvalidRequest",
			Message: "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
		}
	}
	if source, id, ok := copySource(c.request); ok {
		return f.unreadable(f.objects.get(source, id))
	}
	return nil
}

// unreadable returns the error for reading an archived object, or nil.
func (f *Front) unreadable(v version) *s3Error {
	if f.ignores(Archiving) || !isArchived(v.class) || v.restore.stage(f.now()) == restored {
		return nil
	}
	return &s3Error{
		Status: http.StatusForbidden, Code: "InvalidObjectState", StorageClass: v.class,
		Message: "The operation is not valid for the object's storage class",
	}
}
