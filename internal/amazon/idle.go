package amazon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// answerIdle is the longest time that a read of an answer's body may wait for a byte.
const answerIdle = 2 * time.Minute

// ErrStalled ends a request whose answer began and then brought no more bytes. Without it,
// a read from a connection that died in the middle would wait forever.
var ErrStalled = errors.New("the answer stopped in the middle")

// earlyAnswer is the number of bytes of an answer that are read while its request is still
// being sent.
const earlyAnswer = 1 << 20 // bytes

// IdleTransport is an http.Transport that ends a request if the body of its answer has
// brought no bytes for Idle. The total duration of the body is not limited, and the time
// between reads does not count.
//
// It reads the answer to a request with a body before it returns. The SDK closes the
// request's body as soon as it has the header of the answer. If the body was not completely
// sent by then, because the server answered early, http.Transport takes that for a failed
// request and closes the connection, with the rest of the answer.
//
// Until one answer has begun, a request may wait for a connection, and then for its answer,
// for First each: a wrong address must not look like a slow service.
type IdleTransport struct {
	*http.Transport
	Idle  time.Duration
	First time.Duration

	answered atomic.Bool // an answer has begun
}

// RoundTrip sends r and returns an answer whose body is watched. It reports the request to the
// [Observer] of its context.
func (t *IdleTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return observe(r, t.send)
}

func (t *IdleTransport) send(r *http.Request) (*http.Response, error) {
	ctx, end := context.WithCancelCause(r.Context())
	sent := ctx
	stop := func() {}
	if !t.answered.Load() {
		sent, stop = t.limitFirst(ctx, end)
	}
	answer, err := t.Transport.RoundTrip(r.WithContext(sent))
	stop()
	if silent, ok := errors.AsType[*silentError](context.Cause(ctx)); err != nil && ok {
		err = silent
	}
	if err != nil {
		end(nil)
		return nil, err
	}
	t.answered.Store(true)
	body := &idleBody{body: answer.Body, ctx: ctx, end: end, idle: t.Idle}
	answer.Body = body
	if r.Body != nil && r.Body != http.NoBody {
		answer.Body = readAhead(body)
	}
	return answer, nil
}

// limitFirst returns a context for a request before the first answer. It ends the request if
// there is no connection after t.First, or no answer so long after the request was sent.
// Sending the body may take any time.
func (t *IdleTransport) limitFirst(ctx context.Context, end context.CancelCauseFunc) (_ context.Context, stop func()) {
	var connected atomic.Bool
	alarm := time.AfterFunc(t.First, func() { end(&silentError{connected.Load(), t.First}) })
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) {
			connected.Store(true)
			alarm.Stop()
		},
		WroteRequest: func(httptrace.WroteRequestInfo) { alarm.Reset(t.First) },
	}), func() { alarm.Stop() }
}

// silentError ends a request to a server that has never answered.
type silentError struct {
	connected bool // the server has accepted the connection
	after     time.Duration
}

func (e *silentError) Error() string {
	if e.connected {
		return fmt.Sprintf("no answer in %v", e.after)
	}
	return fmt.Sprintf("no connection in %v", e.after)
}

// readAhead reads a body now, up to a limit. If reading fails, the caller gets the error
// behind the bytes before it.
func readAhead(body io.ReadCloser) io.ReadCloser {
	begin, err := io.ReadAll(io.LimitReader(body, earlyAnswer))
	rest := io.Reader(body)
	if err != nil {
		rest = failing{err}
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(begin), rest), body}
}

// failing is a reader that returns an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// idleBody is a watched body. Cancelling its context makes the transport close the
// connection, which ends a read in progress.
type idleBody struct {
	body io.ReadCloser
	ctx  context.Context
	end  context.CancelCauseFunc
	idle time.Duration
}

func (b *idleBody) Read(p []byte) (int, error) {
	alarm := time.AfterFunc(b.idle, func() { b.end(ErrStalled) })
	n, err := b.body.Read(p)
	alarm.Stop()
	if err != nil && !errors.Is(err, io.EOF) && errors.Is(context.Cause(b.ctx), ErrStalled) {
		err = fmt.Errorf("%w: no byte in %v", ErrStalled, b.idle)
	}
	return n, err
}

func (b *idleBody) Close() error {
	defer b.end(nil)
	return b.body.Close()
}
