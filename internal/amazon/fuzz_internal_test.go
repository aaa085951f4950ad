package amazon

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzCheckEndpoint(f *testing.F) {
	for _, seed := range []string{"", "https://host", "http://127.0.0.1:1/", "http://[::1%25lo]:1", "http://localhost.", "http://127.0.0.1@evil", "//x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		canonical, err := CheckEndpoint(raw)
		if err != nil || canonical == "" {
			return
		}
		again, err := CheckEndpoint(canonical)
		if err != nil || again != canonical {
			t.Errorf("%q becomes %q, which becomes %q, %v", raw, canonical, again, err)
		}
		u, err := url.Parse(canonical)
		if err != nil || u.Scheme != "https" && !isLoopback(u.Hostname()) {
			t.Errorf("%q becomes %q", raw, canonical)
		}
	})
}

func FuzzServiceErrorIsOneLine(f *testing.F) {
	f.Add("Code", "a\nb\x1b[0m\u202e")
	f.Fuzz(func(t *testing.T, code, message string) {
		e := &ServiceError{Code: OneLine(code, 100), Message: OneLine(message, MaxMessage), Status: 400}
		if len(e.Message) > MaxMessage || strings.Contains(e.Message, "\n") {
			t.Errorf("message %q", e.Message)
		}
		if _, class := e.judged(func(*ServiceError) (string, error) { return "", nil }); class == nil {
			t.Errorf("no class for %q", code)
		}
	})
}

// FuzzOnlyAllOfADocumentIsOne: a truncated document is not accepted, wherever it is cut.
func FuzzOnlyAllOfADocumentIsOne(f *testing.F) {
	f.Add(`{"code":"ThrottlingException","message":"Rate exceeded"}`, 20)
	f.Fuzz(func(t *testing.T, document string, at int) {
		document = strings.TrimSpace(document)
		if _, err := JSON.root([]byte(document)); err != nil || at < 0 || at >= len(document) {
			return
		}
		part := []byte(document[:at])
		if _, err := JSON.root(part); err == nil {
			t.Errorf("%q is whole", part)
		}
		if code, err := JSON.code(nil, part); err == nil && code != "" {
			t.Errorf("%q has the code %q", part, code)
		}
	})
}
