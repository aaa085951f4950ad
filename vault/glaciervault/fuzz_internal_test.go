package glaciervault

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzParseRange(f *testing.F) {
	for _, seed := range []string{"0-1048575", "0-0", "5-4", "-1", "1-", "0x1-2", "9223372036854775807-9223372036854775807", "+1-2", " 1-2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseRange(s)
		if err != nil {
			return
		}
		if r.Offset < 0 || r.Size < 1 || r.Offset+r.Size < r.Offset {
			t.Errorf("%q is read as %+v", s, r)
		}
		again, err := parseRange(inclusive(r))
		if err != nil || again != r {
			t.Errorf("%q is read as %+v, which is read as %+v, %v", s, r, again, err)
		}
	})
}

func FuzzCheckEndpoint(f *testing.F) {
	for _, seed := range []string{"", "https://host", "http://127.0.0.1:1/", "http://[::1%25lo]:1", "http://localhost.", "http://127.0.0.1@evil", "//x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		canonical, err := checkEndpoint(raw)
		if err != nil || canonical == "" {
			return
		}
		again, err := checkEndpoint(canonical)
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
		e := &ServiceError{Code: oneLine(code, 100), Message: oneLine(message, maxMessage), Status: 400}
		if len(e.Message) > maxMessage || strings.Contains(e.Message, "\n") {
			t.Errorf("message %q", e.Message)
		}
		if _, class := e.class(); class == nil {
			t.Errorf("no class for %q", code)
		}
	})
}
