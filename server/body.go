package server

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// Bounds for throwing away the rest of the body of a refused request.
const (
	drainBytes = 64 << 20
	drainTime  = 10 * time.Second
)

// body is the body of a request as a vault reads it. It never waits longer than
// idle for the next byte, though an upload may take any time as a whole. It cannot
// seek, which is part of the contract of vault.Uploader.
type body struct {
	r        *http.Request
	control  *http.ResponseController
	now      func() time.Time // the real clock, which connections go by
	idle     time.Duration
	end      time.Time // when it must have come as a whole; zero: at any time
	received int64     // bytes read so far
	failure  error     // why reading failed
	givenUp  atomic.Bool
}

func newBody(r *http.Request, control *http.ResponseController, idle time.Duration) *body {
	return &body{r: r, control: control, now: time.Now, idle: idle}
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if err := b.limitWait(b.idle); err != nil {
		return 0, err
	}
	if b.givenUp.Load() {
		b.failure = throttled()
		return 0, b.failure
	}
	n, err := b.r.Body.Read(p)
	b.received += int64(n)
	if b.received >= b.r.ContentLength {
		// net/http goes on reading after the body, to notice that a client hangs
		// up, and must not take our deadline for that. Before the end the deadline
		// stays: it also bounds the wait for what nobody wants to read any more.
		if e := b.limitWait(0); e != nil && err == nil {
			err = e
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.failure = b.explain(err)
	}
	return n, err
}

// giveUp ends the body while it is being read, because others need what it takes.
func (b *body) giveUp() {
	b.givenUp.Store(true)
	_ = b.control.SetReadDeadline(b.now().Add(-time.Second)) // else it ends with its time
}

func (b *body) explain(err error) error {
	if b.givenUp.Load() {
		return throttled()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return requestTimeout(err)
	}
	return badRequest(fmt.Sprintf("The body ended after %d of %d bytes.", b.received, b.r.ContentLength), err)
}

// limitWait ends reads that take longer than d; 0 means that they may take
// forever.
func (b *body) limitWait(d time.Duration) error {
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

// Seek implements io.Seeker; it always fails.
func (b *body) Seek(int64, int) (int64, error) {
	return 0, fmt.Errorf("the body of a request cannot be read twice: %w", errors.ErrUnsupported)
}

// limitWhole ends the body when it has not come as a whole within idle from now.
func (b *body) limitWhole() { b.end = b.now().Add(b.idle) }

// isUnread reports whether some of the body is still to come, or of a length that
// nobody told.
func (b *body) isUnread() bool {
	return b.failure == nil && (b.r.ContentLength < 0 || b.received < b.r.ContentLength)
}

// drain reads and forgets the rest of the body, within bounds, once the client was
// answered. Many clients send all of a body before they look for a reply; one that
// is cut off early sees a broken connection and never learns why it was refused. A
// client that waits for "100 Continue" has not begun to send.
func (b *body) drain() {
	if b.r.Header.Get("Expect") != "" {
		return
	}
	if b.limitWait(drainTime) != nil {
		return
	}
	n, _ := io.CopyN(io.Discard, b.r.Body, drainBytes) // an error shows again when net/http reads on
	b.received += n
}

// bytesReceived returns how many bytes were read so far.
func (b *body) bytesReceived() int64 { return b.received }

// whyFailed returns why reading failed, as the client is to be told; nil if it did not.
func (b *body) whyFailed() error { return b.failure }

// isGivenUp reports whether giveUp was called.
func (b *body) isGivenUp() bool { return b.givenUp.Load() }
