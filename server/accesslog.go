package server

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

// accessLog writes one line for each request.
type accessLog struct {
	w       io.Writer // nil: no log
	hasRoom func(verified bool) bool

	mu      sync.Mutex
	strange *rate.Limiter
	omitted int64 // lines since the last
}

// newAccessLog returns a log that writes a line if hasRoom says that the disk has room for
// the line of a request whose signature was verified, or was not.
func newAccessLog(w io.Writer, hasRoom func(verified bool) bool) *accessLog {
	return &accessLog{w: w, hasRoom: hasRoom, strange: rate.NewLimiter(strangeRate, strangeBurst)}
}

// requestRecord is what the access log and the metrics say of a request that was answered.
type requestRecord struct {
	r              *http.Request
	id             string
	began, ended   time.Time
	operation      string // empty: it was refused before that was known
	accessKey      string // whose signature was verified; empty if none was
	status         int
	received, sent int64 // bytes of the bodies
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

func (l *accessLog) write(q requestRecord) error {
	if l.w == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	verified := q.accessKey != ""
	// Before the line is encoded, so that a flood of them costs little.
	if !verified && l.strange.TokensAt(q.began) <= 0 || !l.hasRoom(verified) {
		l.omitted++
		return nil
	}
	line, err := lineOf(q, l.omitted)
	if err != nil {
		return fmt.Errorf("encoding a line of the access log: %w", err)
	}
	if !verified {
		l.strange.ReserveN(q.began, len(line)) // also more than there is: then the next line waits longer
	}
	if _, err := l.w.Write(line); err != nil {
		return fmt.Errorf("writing the access log: %w", err)
	}
	l.omitted = 0
	return nil
}

// cutText returns no more than most bytes of a text. What JSON would write six times as
// long, bytes that are no UTF-8 and control characters, becomes a question mark.
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

// brief cuts a text of a request that was refused, for a line of the log of faults.
func brief(text string) string { return cutText(text, maxLoggedStrange) }

func lineOf(q requestRecord, omitted int64) ([]byte, error) {
	path, query := wireTarget(q.r)
	if hasQueryCredentials(query) {
		query = "[redacted]" // a signature in a query string is as good as a key
	}
	most := maxLogged
	if q.accessKey == "" {
		most = maxLoggedStrange
	}
	cut := func(text string) string { return cutText(text, most) }
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false) // no page shows it, and it would take six times the room
	err := e.Encode(logLine{
		Time:         q.began.UTC().Format(time.RFC3339Nano),
		Method:       cut(q.r.Method),
		Path:         cut(path),
		Query:        cut(query),
		Status:       q.status,
		BytesIn:      q.received,
		BytesOut:     q.sent,
		ContentRange: cut(q.r.Header.Get("Content-Range")),
		Range:        cut(q.r.Header.Get("Range")),
		RequestID:    q.id,
		AccessKey:    q.accessKey,
		Omitted:      omitted,
	})
	return line.Bytes(), err
}
