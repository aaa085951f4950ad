// Package wire reads what the API of Amazon Glacier (version 2012-06-01) puts into requests,
// and writes what it puts into answers: names, headers, ranges, pages, JSON. It knows no
// vault that is served. What it cannot read it refuses with a *refusal.Error.
package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"firn/server/internal/refusal"
	"firn/vault"
)

// Reply is what an operation answers.
type Reply struct {
	Status  int               // of HTTP
	Header  map[string]string // beside those that every answer has
	Body    any               // encoded as JSON; nil for none
	Content *vault.Output     // sent as it is, instead of a body, and closed; nil for none
}

// Send writes the reply without its content. If it returns an error, it has written
// nothing.
func (a Reply) Send(w http.ResponseWriter) error {
	var text []byte
	if a.Body != nil {
		var err error
		if text, err = json.Marshal(a.Body); err != nil {
			return fmt.Errorf("encoding a reply: %w", err)
		}
		// Old clients parse only exactly this, without a charset.
		w.Header().Set("Content-Type", "application/json")
		// Else net/http sends what is more than its buffer holds in chunks.
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	// An error of Write means that the client is gone.
	_, _ = w.Write(text)
	return nil
}

// Refusal returns the reply to a request that is refused. Its keys are lower-case, unlike
// those of every other reply.
func Refusal(e *refusal.Error) Reply {
	kind := "Client"
	if e.Status >= http.StatusInternalServerError {
		kind = "Server"
	}
	return Reply{Status: e.Status, Body: struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Type    string `json:"type"`
	}{e.Code, e.Message, kind}}
}

// Date returns a moment in the form of the service: UTC, with exactly three decimals. The
// zero time is null.
func Date(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format("2006-01-02T15:04:05.000Z")
	return &text
}

// OrNull returns null for an empty text. The service sends fields that do not apply as
// null, and clients rely on finding them.
func OrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
