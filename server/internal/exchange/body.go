// Package exchange reads the body of a request and writes the answer over a connection on
// which the client may be slow. It never waits longer than a given time for the next byte.
package exchange

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"firn/server/internal/refusal"
)

// Bounds of [Body.Drain].
const (
	drainBytes = 64 << 20
	drainTime  = 10 * time.Second
)

// Body is the body of a request as a vault reads it. An upload may take any time as a whole.
// Body cannot seek, which vault.Uploader allows.
type Body struct {
	r        *http.Request
	control  *http.ResponseController
	now      func() time.Time // the real clock, which connections go by
	idle     time.Duration
	end      time.Time // when all of it must have come; zero: at any time
	received int64     // bytes read so far
	failure  error     // why reading failed
	givenUp  atomic.Bool
}

// NewBody returns the body of r. It waits no longer than idle for the next byte.
func NewBody(r *http.Request, control *http.ResponseController, idle time.Duration) *Body {
	return &Body{r: r, control: control, now: time.Now, idle: idle}
}

// Read implements io.Reader.
func (b *Body) Read(p []byte) (int, error) {
	if err := b.limitWait(b.idle); err != nil {
		return 0, err
	}
	if b.givenUp.Load() {
		b.failure = refusal.Throttled()
		return 0, b.failure
	}
	n, err := b.r.Body.Read(p)
	b.received += int64(n)
	if b.received >= b.r.ContentLength {
		// net/http goes on reading after the body, to notice that a client hangs
		// up, and must not take our deadline for that. Before the end the deadline
		// stays: it also bounds the wait for bytes that are read only to be forgotten.
		if e := b.limitWait(0); e != nil && err == nil {
			err = e
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.failure = b.explain(err)
	}
	return n, err
}

// GiveUp ends the body, also while it is read, because others need the memory that it takes.
func (b *Body) GiveUp() {
	b.givenUp.Store(true)
	_ = b.control.SetReadDeadline(b.now().Add(-time.Second)) // if that fails, the body ends after the time that it has
}

func (b *Body) explain(err error) error {
	if b.givenUp.Load() {
		return refusal.Throttled()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return refusal.RequestTimeout(err)
	}
	return refusal.BadRequest(fmt.Sprintf("The body ended after %d of %d bytes.", b.received, b.r.ContentLength), err)
}

// limitWait ends reads that take longer than d; 0 means that they may take any time.
func (b *Body) limitWait(d time.Duration) error {
	var deadline time.Time
	if d > 0 {
		deadline = b.now().Add(d)
		if !b.end.IsZero() && b.end.Before(deadline) {
			deadline = b.end
		}
	}
	if err := b.control.SetReadDeadline(deadline); err != nil {
		return fmt.Errorf("limiting the wait for a request body: %w", err)
	}
	return nil
}

// Seek implements io.Seeker. It always fails.
func (b *Body) Seek(int64, int) (int64, error) {
	return 0, fmt.Errorf("the body of a request cannot be read twice: %w", errors.ErrUnsupported)
}

// LimitWhole ends the body if the client has not sent all of it within idle from now.
func (b *Body) LimitWhole() { b.end = b.now().Add(b.idle) }

// Unread reports whether some of the body was not read, or its length is unknown.
func (b *Body) Unread() bool {
	return b.failure == nil && (b.r.ContentLength < 0 || b.received < b.r.ContentLength)
}

// Drain reads and forgets the rest of the body, within bounds, after the answer was sent.
// Many clients send all of a body before they read the answer. If the connection ended
// earlier, such a client would not know why it was refused. A client that waits for
// "100 Continue" has not begun to send.
func (b *Body) Drain() {
	if b.r.Header.Get("Expect") != "" {
		return
	}
	if b.limitWait(drainTime) != nil {
		return
	}
	n, _ := io.CopyN(io.Discard, b.r.Body, drainBytes) // an error shows again when net/http reads on
	b.received += n
}

// Received returns how many bytes were read so far.
func (b *Body) Received() int64 { return b.received }

// Failure returns why reading failed, as an error for the client; nil if it did not fail.
func (b *Body) Failure() error { return b.failure }

// GivenUp reports whether GiveUp was called.
func (b *Body) GivenUp() bool { return b.givenUp.Load() }
