// Package monitor tells the operator what the server does: in the access log, in figures for
// Prometheus, and in the log of faults. It bounds what strangers can make it write.
package monitor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"firn/server/internal/wire"
)

// Bounds of the access log. A longer field is cut off. Lines for which the disk has no
// room are counted and not written, and so are those of requests without a verified
// signature when they come too fast.
const (
	maxLogged        = 2048    // bytes of a field
	maxLoggedStrange = 256     // bytes of a field without a verified signature
	strangeRate      = 1 << 10 // bytes a second of lines without one, 88 MB a day
	strangeBurst     = 1 << 18 // bytes of them at once
)

// AccessLog writes one line for each request.
type AccessLog struct {
	w       io.Writer // nil: no log
	hasRoom func(verified bool) bool

	mu      sync.Mutex
	strange *rate.Limiter
	omitted int64 // lines since the last one that was written
}

// NewAccessLog returns a log that writes to w; a nil w means no log. It asks hasRoom before
// each line whether the disk has room for the line of a request whose signature was
// verified, or was not.
func NewAccessLog(w io.Writer, hasRoom func(verified bool) bool) *AccessLog {
	return &AccessLog{w: w, hasRoom: hasRoom, strange: rate.NewLimiter(strangeRate, strangeBurst)}
}

// Request is a request that was answered.
type Request struct {
	HTTP           *http.Request
	ID             string    // that the client was told
	Began, Ended   time.Time // when the request had arrived and when the answer had been sent
	Operation      string    // empty if the request was refused before the operation was known
	AccessKey      string    // whose signature was verified; empty if none was
	Status         int       // of HTTP
	Received, Sent int64     // bytes of the bodies
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
	Omitted      int64  `json:"omitted,omitempty"`
}

// Write writes the line of a request, or leaves it out if the log has come to a bound. It may
// be called from many goroutines.
func (l *AccessLog) Write(q Request) error {
	if l.w == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	verified := q.AccessKey != ""
	// Before the line is encoded, so that a flood of them costs little.
	if !verified && l.strange.TokensAt(q.Began) <= 0 || !l.hasRoom(verified) {
		l.omitted++
		return nil
	}
	line, err := lineOf(q, l.omitted)
	if err != nil {
		return fmt.Errorf("encoding a line of the access log: %w", err)
	}
	if !verified {
		l.strange.ReserveN(q.Began, len(line)) // also more than are left: then the next line has to wait longer
	}
	if _, err := l.w.Write(line); err != nil {
		return fmt.Errorf("writing the access log: %w", err)
	}
	l.omitted = 0
	return nil
}

// cutText returns no more than most bytes of a text. Bytes that are not UTF-8 and control
// characters, which JSON would write six times as long, become question marks.
func cutText(text string, most int) string {
	end := ""
	if len(text) > most {
		text, end = text[:most], "..."
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return '?'
		}
		return r
	}, text) + end
}

// Brief cuts a text of a request that was refused, for a line of the log of faults.
func Brief(text string) string { return cutText(text, maxLoggedStrange) }

func lineOf(q Request, omitted int64) ([]byte, error) {
	path, query := wire.Target(q.HTTP)
	if wire.HasCredentials(query) {
		query = "[redacted]" // a signature in a query string is as good as a key
	}
	most := maxLogged
	if q.AccessKey == "" {
		most = maxLoggedStrange
	}
	cut := func(text string) string { return cutText(text, most) }
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false) // no page shows it, and it would take six times the room
	err := e.Encode(logLine{
		Time:         q.Began.UTC().Format(time.RFC3339Nano),
		Method:       cut(q.HTTP.Method),
		Path:         cut(path),
		Query:        cut(query),
		Status:       q.Status,
		BytesIn:      q.Received,
		BytesOut:     q.Sent,
		ContentRange: cut(q.HTTP.Header.Get("Content-Range")),
		Range:        cut(q.HTTP.Header.Get("Range")),
		RequestID:    q.ID,
		AccessKey:    q.AccessKey,
		Omitted:      omitted,
	})
	return line.Bytes(), err
}
