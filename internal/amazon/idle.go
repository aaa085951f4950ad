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

// answerIdle is how long a read of an answer's body may wait for a byte.
const answerIdle = 2 * time.Minute

// ErrStalled ends a request whose answer began and then went silent. Without it
// a connection that died in the middle would be waited for without end.
var ErrStalled = errors.New("the answer stopped in the middle")

// earlyAnswer is how much is read of an answer while its request is still on its way.
const earlyAnswer = 1 << 20 // bytes

// IdleTransport is an http.Transport that ends a request when the body of its
// answer has brought nothing for idle. How long the body takes as a whole is
// nobody's business, and the clock stands while nobody reads.
//
// It reads the answer to a request with a body before it returns. The SDK closes the
// request's body as soon as it has the header of the answer. If the body was not sent to
// its end by then, because the server answered early, http.Transport takes that for a
// failed request and closes the connection, with the rest of the answer.
type IdleTransport struct {
	*http.Transport
	Idle time.Duration
}

// RoundTrip sends r and watches over the answer.
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

// readAhead reads a body now, up to a limit. What ended the reading is told to
// whoever comes there.
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

// failing is a reader at a place where reading failed.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// idleBody is a body under watch. Ending its context makes the transport close
// the connection, which ends a read in progress.
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
