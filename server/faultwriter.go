package server

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// faultWriter turns the lines that net/http logs into faults. A stranger whose handshake
// fails is a line, so there is a bound on them.
type faultWriter struct {
	report func(requestID string, err error)
	now    func() time.Time

	mu      sync.Mutex
	limit   *rate.Limiter
	omitted int // lines since the last
}

const (
	faultsPerMinute = 6 // of connections, as net/http tells of them
	faultsAtOnce    = 100
)

func newFaultWriter(report func(requestID string, err error), now func() time.Time) *faultWriter {
	return &faultWriter{report: report, now: now, limit: rate.NewLimiter(rate.Every(time.Minute/faultsPerMinute), faultsAtOnce)}
}

func (w *faultWriter) Write(line []byte) (int, error) {
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
	w.report("", errors.New(text))
	return len(line), nil
}
