package monitor

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	faultsPerMinute = 6 // lines of net/http
	faultsAtOnce    = 100
)

// connectionFaults reports the lines that net/http logs. Each stranger whose TLS handshake
// fails makes such a line, so that the lines are bounded.
type connectionFaults struct {
	report func(error)
	now    func() time.Time

	mu      sync.Mutex
	limit   *rate.Limiter
	omitted int // lines since the last one that was reported
}

// NewConnectionFaults returns a writer that reports each line that net/http writes to it, as
// long as they do not come too fast.
func NewConnectionFaults(report func(error), now func() time.Time) io.Writer {
	limit := rate.NewLimiter(rate.Every(time.Minute/faultsPerMinute), faultsAtOnce)
	return &connectionFaults{report: report, now: now, limit: limit}
}

// Write implements io.Writer.
func (w *connectionFaults) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.limit.AllowN(w.now(), 1) {
		w.omitted++
		return len(line), nil
	}
	text := cutText(strings.TrimSpace(string(line)), maxLogged)
	if w.omitted > 0 {
		text += fmt.Sprintf(" (%d more lines like it were left out)", w.omitted)
	}
	w.omitted = 0
	w.report(errors.New(text))
	return len(line), nil
}
