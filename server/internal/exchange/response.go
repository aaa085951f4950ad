package exchange

import (
	"net/http"
	"time"
)

// Response is the answer to a request. It remembers what the access log says of it. An
// answer may take any time as a whole.
type Response struct {
	http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time // the real clock, which connections go by
	idle    time.Duration
	status  int
	written int64
	failure error // why a Write failed; nil if none did
}

// NewResponse returns the answer that w writes. It waits no longer than idle until the client
// has taken the bytes of one Write. NewResponse removes the deadline that the last answer on
// the connection has left: net/http may write before the answer, to ask for the body.
func NewResponse(w http.ResponseWriter, control *http.ResponseController, idle time.Duration) *Response {
	_ = control.SetWriteDeadline(time.Time{}) // if it cannot be set, the first Write returns the error
	return &Response{ResponseWriter: w, control: control, now: time.Now, idle: idle}
}

// WriteHeader implements http.ResponseWriter.
func (w *Response) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter. It leaves the deadline as it is: when the answer has
// ended, net/http still writes what it has in its buffer.
func (w *Response) Write(b []byte) (int, error) {
	if w.failure = w.control.SetWriteDeadline(w.now().Add(w.idle)); w.failure != nil {
		return 0, w.failure
	}
	var n int
	n, w.failure = w.ResponseWriter.Write(b)
	w.written += int64(n)
	return n, w.failure
}

// Status returns the status of HTTP; 0 before it was sent.
func (w *Response) Status() int { return w.status }

// Sent returns how many bytes of the body were sent.
func (w *Response) Sent() int64 { return w.written }

// Failure returns why the last Write failed; nil if it did not.
func (w *Response) Failure() error { return w.failure }

// Flush sends what net/http has in its buffer. If that fails, the end of the answer sends it.
func (w *Response) Flush() { _ = w.control.Flush() }
