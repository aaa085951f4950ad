package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"firn/vault"
)

// reply is what an operation answers.
type reply struct {
	status  int
	header  map[string]string
	body    any           // encoded as JSON; nil for none
	content *vault.Output // sent as it is, instead of a body, and closed; nil for none
}

// send writes the reply, all but its content. Nothing was written yet if it fails
// to encode.
func (a reply) send(w http.ResponseWriter) error {
	var text []byte
	if a.body != nil {
		var err error
		if text, err = json.Marshal(a.body); err != nil {
			return fmt.Errorf("encoding a reply: %w", err)
		}
		// Old clients parse only exactly this, without a charset.
		w.Header().Set("Content-Type", "application/json")
		// Else net/http sends what is more than its buffer holds in chunks.
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	// An error of Write means that the client is gone: nobody is left to tell.
	_, _ = w.Write(text)
	return nil
}

// refuse is the reply to a request that is refused. The keys are lower-case, unlike those of
// every other reply.
func refuse(e *serviceError) reply {
	kind := "Client"
	if e.status >= http.StatusInternalServerError {
		kind = "Server"
	}
	return reply{status: e.status, body: struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Type    string `json:"type"`
	}{e.code, e.message, kind}}
}

// date is a moment in the service's form: UTC with exactly three decimals. The
// zero time is null.
func date(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format("2006-01-02T15:04:05.000Z")
	return &text
}

// orNull is a text that is null when it is empty. The service sends fields that
// do not apply as null, and clients rely on finding them.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
