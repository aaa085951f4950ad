package amazon

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"

	"firn/internal/attempt"
)

// Observer receives what the requests of a context do, for a user who looks for a fault.
// Several goroutines may call its functions at once. Nothing that it receives is secret.
type Observer struct {
	// Request is called after each request, when its answer was read or has failed.
	Request func(Exchange)
	// Decision is called with a sentence about what firn does beside the requests: which
	// credentials it uses, and why it sends a request again.
	Decision func(sentence string)
	// Now is the clock for the durations.
	Now func() time.Time
}

// Exchange is a request and its answer.
type Exchange struct {
	Operation string // of the service's API, for example UploadArchive
	Method    string
	Server    string // host, and port if there is one
	Path      string // decoded, without the query; untrusted
	Part      string // part number or range of bytes that the request is about; may be empty
	Attempt   int    // 1, and more after failures of the same request
	Status    int    // HTTP status; 0: no answer
	Code      string // error code of a refusal; may be empty; untrusted
	RequestID string // id for the service's support; may be empty; untrusted
	Sent      int64  // bytes of the request's body; -1: not known
	Received  int64  // bytes of the answer's body
	Took      time.Duration
	Failure   string // why there is no complete answer; empty: there is
}

// Failed reports whether there is no successful answer.
func (e Exchange) Failed() bool { return e.Failure != "" || e.Status >= http.StatusMultipleChoices }

type observerKey struct{}

// WithObserver returns a context whose requests o observes. Package attempt counts their attempts.
func WithObserver(ctx context.Context, o Observer) context.Context {
	return context.WithValue(attempt.Scope(ctx), observerKey{}, &o)
}

// observerOf returns the observer of a context, or nil.
func observerOf(ctx context.Context) *Observer {
	o, _ := ctx.Value(observerKey{}).(*Observer)
	return o
}

// decide passes a sentence to the observer of a context.
func decide(ctx context.Context, sentence string) {
	if o := observerOf(ctx); o != nil {
		o.Decision(sentence)
	}
}

// mostOfRefusal is how much of a refusal is kept to find its code in.
const mostOfRefusal = 4 << 10 // bytes

// observe sends r by send, and reports it to the observer of its context.
func observe(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	o := observerOf(r.Context())
	if o == nil {
		return send(r)
	}
	x := &exchange{observer: o, begin: o.Now(), of: Exchange{
		Operation: middleware.GetOperationName(r.Context()), Method: r.Method, Server: r.URL.Host, Path: r.URL.Path,
		Part: partOf(r), Sent: r.ContentLength,
	}}
	id := strings.Join([]string{x.of.Method, x.of.Server, r.URL.RequestURI(), x.of.Part}, " ") // its query may have secrets
	x.count = attempt.Counter(r.Context(), id)
	answer, err := send(r)
	if err != nil {
		x.end(err)
		return nil, err
	}
	x.header, x.of.Status = answer.Header, answer.StatusCode
	answer.Body = &observedBody{body: answer.Body, exchange: x}
	return answer, nil
}

// partOf returns the part or the range that a request is about.
func partOf(r *http.Request) string {
	if number := r.URL.Query().Get("partNumber"); number != "" {
		return "part " + number
	}
	for _, header := range []string{"Content-Range", "Range"} {
		if part := r.Header.Get(header); part != "" {
			return part
		}
	}
	return ""
}

// exchange is an Exchange that has not ended.
type exchange struct {
	count    func(failed bool) (attempt int)
	observer *Observer
	begin    time.Time
	once     sync.Once
	of       Exchange
	header   http.Header
	refusal  []byte // the beginning of the body of a refusal
}

// end reports the exchange. err is why there is no complete answer, or nil.
func (x *exchange) end(err error) {
	x.once.Do(func() {
		x.of.Took = x.observer.Now().Sub(x.begin)
		for _, name := range []string{"X-Amzn-Requestid", "X-Amz-Request-Id"} {
			if x.of.RequestID == "" {
				x.of.RequestID = x.header.Get(name)
			}
		}
		if err != nil {
			if x.of.Failure, _ = explainConnection(err); x.of.Failure == "" || x.of.Status != 0 {
				x.of.Failure = lastOf(err).Error()
			}
		}
		if x.of.Status >= http.StatusMultipleChoices {
			x.of.Code = codeOf(x.header, x.refusal)
		}
		x.of.Attempt = x.count(x.of.Failed())
		x.observer.Request(x.of)
	})
}

// codeOf returns the error code of a refusal in either form, or an empty string.
func codeOf(header http.Header, refusal []byte) string {
	form := JSON
	if strings.HasPrefix(strings.TrimSpace(string(refusal)), "<") {
		form = XML
	}
	code, err := form.code(header, refusal)
	if err != nil {
		return ""
	}
	return OneLine(code, 100)
}

// observedBody is the body of an observed answer.
type observedBody struct {
	body io.ReadCloser
	*exchange
}

func (b *observedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.of.Received += int64(n)
	if b.of.Status >= http.StatusMultipleChoices {
		b.refusal = append(b.refusal, p[:min(n, mostOfRefusal-len(b.refusal))]...)
	}
	switch {
	case errors.Is(err, io.EOF):
		b.end(nil)
	case err != nil:
		b.end(err)
	}
	return n, err
}

// Close ends the answer. An answer that is closed early is one that is no longer wanted.
func (b *observedBody) Close() error {
	err := b.body.Close()
	b.end(nil)
	return err
}
