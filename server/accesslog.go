package server

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// accessLog writes one line for each request.
type accessLog struct {
	mu sync.Mutex
	w  io.Writer // nil: no log
}

// logLine is what a line says. The names are a stable contract, documented in
// docs/server.md.
type logLine struct {
	Time         string `json:"time"` // when the request arrived; RFC 3339, UTC
	Method       string `json:"method"`
	Path         string `json:"path"`  // as sent, still escaped
	Query        string `json:"query"` // as sent, still escaped
	Status       int    `json:"status"`
	BytesIn      int64  `json:"bytes_in"`  // of the body, as far as it was read
	BytesOut     int64  `json:"bytes_out"` // of the body
	ContentRange string `json:"content_range"`
	Range        string `json:"range"`
	RequestID    string `json:"request_id"`
	AccessKey    string `json:"access_key"` // whose signature was verified; empty if none was
}

func (l *accessLog) write(c *call) error {
	if l.w == nil {
		return nil
	}
	path, query := wireTarget(c.r)
	if hasQueryCredentials(query) {
		query = "[redacted]" // a signature in a query string is as good as a key
	}
	line, err := json.Marshal(logLine{
		Time:         c.began.UTC().Format(time.RFC3339Nano),
		Method:       c.r.Method,
		Path:         path,
		Query:        query,
		Status:       c.w.status,
		BytesIn:      c.body.received,
		BytesOut:     c.w.written,
		ContentRange: c.r.Header.Get("Content-Range"),
		Range:        c.r.Header.Get("Range"),
		RequestID:    c.id,
		AccessKey:    c.accessKey,
	})
	if err != nil {
		return fmt.Errorf("encoding a line of the access log: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("writing the access log: %w", err)
	}
	return nil
}
