package server

import (
	"net/http"
	"time"
)

// response is the response of a request. It remembers what the access log
// tells about it, and waits no longer than idle for a client to take the bytes
// of one Write, though a response may take any time as a whole.
type response struct {
	http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time // the real clock, which connections go by
	idle    time.Duration
	status  int
	written int64
	failure error // why a Write failed; nil if none did
}

// newResponse also takes back the deadline that the last response on the
// connection has left: net/http may write before the response, to ask for the
// body.
func newResponse(w http.ResponseWriter, control *http.ResponseController, idle time.Duration) *response {
	_ = control.SetWriteDeadline(time.Time{}) // if it cannot be set, the first Write tells
	return &response{ResponseWriter: w, control: control, now: time.Now, idle: idle}
}

// WriteHeader implements http.ResponseWriter.
func (w *response) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter. The deadline stays behind, because
// net/http still writes what it holds back when the response has ended.
func (w *response) Write(b []byte) (int, error) {
	if w.failure = w.control.SetWriteDeadline(w.now().Add(w.idle)); w.failure != nil {
		return 0, w.failure
	}
	var n int
	n, w.failure = w.ResponseWriter.Write(b)
	w.written += int64(n)
	return n, w.failure
}

// sentStatus returns the status of the answer; 0 before it was sent.
func (w *response) sentStatus() int { return w.status }

// bytesSent returns how many bytes of the body were sent.
func (w *response) bytesSent() int64 { return w.written }

// whyFailed returns why the last Write failed; nil if it did not.
func (w *response) whyFailed() error { return w.failure }

// flush sends what net/http holds back. If it fails, the end of the response does the same.
func (w *response) flush() { _ = w.control.Flush() }
