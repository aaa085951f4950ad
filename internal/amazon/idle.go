package amazon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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
type IdleTransport struct {
	*http.Transport
	Idle time.Duration
}

// RoundTrip sends r and returns an answer whose body is watched.
func (t *IdleTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, end := context.WithCancelCause(r.Context())
	answer, err := t.Transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		end(nil)
		return nil, err
	}
	body := &idleBody{body: answer.Body, ctx: ctx, end: end, idle: t.Idle}
	answer.Body = body
	if r.Body != nil && r.Body != http.NoBody {
		answer.Body = readAhead(body)
	}
	return answer, nil
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
