package glaciervault_test

import (
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/glaciervault"
)

// serveRaw answers every connection with text as soon as it is open, and reads little of
// the request. It returns its URL.
func serveRaw(t *testing.T, text string) string {
	t.Helper()
	return serveConns(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, text)
	})
}

// serveConns answers one connection after the other and closes each. It returns its URL.
func serveConns(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			answer(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return "http://" + listener.Addr().String()
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	isolate(t)
	elsewhere := serve(t, func(w http.ResponseWriter, _ request, _ int) { w.WriteHeader(http.StatusOK) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r request, _ int) {
			w.Header().Set("Location", elsewhere.URL+r.URL.Path)
			w.WriteHeader(status)
		})
		v := openAt(t, s.URL)
		if err := create(t, v); !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), "redirect") {
			t.Errorf("%d: %v", status, err)
		}
		if _, err := v.Job(t.Context(), "JOB"); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%d to a GET: %v", status, err)
		}
	}
	if n := len(elsewhere.seen()); n != 0 {
		t.Errorf("%d signed requests went elsewhere", n)
	}
}

func TestCertificates(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_CA_BUNDLE", "")
	var protocol string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocol = r.Proto
		accept(w)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	if err := create(t, openAt(t, s.URL)); !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %v", err)
	}
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(bundle, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	if err := create(t, openAt(t, s.URL)); err != nil {
		t.Errorf("with AWS_CA_BUNDLE: %v", err)
	}
	if protocol != "HTTP/1.1" {
		t.Errorf("spoke %s", protocol)
	}
}

func TestEndpoints(t *testing.T) {
	isolate(t)
	for endpoint, canonical := range map[string]string{
		"http://127.0.0.1:8333":                "http://127.0.0.1:8333",
		"http://127.8.9.10":                    "http://127.8.9.10",
		"http://localhost:1/":                  "http://127.0.0.1:1",
		"http://localhost.:1":                  "http://127.0.0.1:1",
		"http://[::1]:8333":                    "http://127.0.0.1:8333",
		"HTTPS://Vault.Example.COM/g/":         "https://vault.example.com/g",
		"http://example.com":                   "",
		"http://localhost.example.com":         "",
		"http://127.0.0.1.example.com":         "",
		"http://10.0.0.1":                      "",
		"http://0.0.0.0":                       "",
		"http://[::ffff:10.0.0.1]":             "",
		"http:///path":                         "",
		"ftp://localhost":                      "",
		"localhost:8333":                       "",
		"https://host?x=y":                     "",
		"https://user:" + testSecret + "@host": "",
	} {
		for _, how := range []string{"Config", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_GLACIER"} {
			config := glaciervault.Config{}
			t.Setenv("AWS_ENDPOINT_URL", "")
			t.Setenv("AWS_ENDPOINT_URL_GLACIER", "")
			if how == "Config" {
				config.Endpoint = endpoint
			} else {
				t.Setenv(how, endpoint)
			}
			a, err := glaciervault.Open(t.Context(), config)
			if canonical == "" {
				if !errors.Is(err, vault.ErrInvalid) || strings.Contains(err.Error(), testSecret) {
					t.Errorf("%s %q: %v", how, endpoint, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s %q: %v", how, endpoint, err)
				continue
			}
			if got := a.URL("photos"); got != "glacier://photos?region=us-east-1&endpoint="+canonical {
				t.Errorf("%s %q gives %q", how, endpoint, got)
			}
		}
	}
}

func TestCanonicalURL(t *testing.T) {
	isolate(t)
	for _, c := range []struct {
		config glaciervault.Config
		want   string
	}{
		{glaciervault.Config{}, "glacier://photos?region=us-east-1"},
		{glaciervault.Config{Region: "eu-west-1", Account: "-"}, "glacier://photos?region=eu-west-1"},
		{glaciervault.Config{Account: "123456789012"}, "glacier://photos?region=us-east-1&account=123456789012"},
	} {
		a, err := glaciervault.Open(t.Context(), c.config)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.URL("photos"); got != c.want {
			t.Errorf("%+v gives %q, want %q", c.config, got, c.want)
		}
	}
	for _, account := range []string{"me", "12345678901", "1234567890123", "12345678901x"} {
		if _, err := glaciervault.Open(t.Context(), glaciervault.Config{Account: account}); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("account %q: %v", account, err)
		}
	}
	a, err := glaciervault.Open(t.Context(), glaciervault.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ".", "..", "a/b", "a b", "ü", strings.Repeat("x", 256), "a\x00"} {
		if _, err := a.Vault(name); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("vault %q: %v", name, err)
		}
	}
	for _, name := range []string{"a", "Photos_2012.old-", strings.Repeat("x", 255)} {
		if v, err := a.Vault(name); err != nil || v.Name() != name {
			t.Errorf("vault %q: %v", name, err)
		}
	}
}

// TestNobodyHasEverAnswered: the address is the likely cause, and each error says so.
func TestNobodyHasEverAnswered(t *testing.T) {
	isolate(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	plain := serve(t, func(w http.ResponseWriter, _ request, _ int) { accept(w) })
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { accept(w) }))
	t.Cleanup(secure.Close)
	for name, c := range map[string]struct {
		endpoint, why, check string
	}{
		"refused":         {"http://" + closed.Addr().String(), ": connection refused", "check the endpoint and its port"},
		"no such name":    {"https://glacier.nowhere.invalid", `"glacier.nowhere.invalid"`, "check the spelling of the endpoint"},
		"TLS to plain":    {"https://" + strings.TrimPrefix(plain.URL, "http://"), "not in TLS", "whether it begins with https://"},
		"plain to TLS":    {"http://" + strings.TrimPrefix(secure.URL, "https://"), "HTTP 400", "check the endpoint"},
		"an alert of TLS": {serveRaw(t, "\x15\x03\x01\x00\x02\x02\x46"), "does not answer in HTTP", "whether it begins with https://"},
		"ends at once":    {serveRaw(t, ""), "closed the connection without an answer", "check the endpoint's port"},
	} {
		t.Run(name, func(t *testing.T) {
			err := create(t, openAt(t, c.endpoint))
			if !errors.Is(err, vault.ErrUnanswered) || !errors.Is(err, vault.ErrUnavailable) {
				t.Errorf("got %v", err)
			}
			text := err.Error()
			if !strings.Contains(text, c.why) || !strings.Contains(text, c.check) || strings.Contains(text, "dial tcp") || strings.Contains(text, "lookup ") {
				t.Errorf("got %q", text)
			}
		})
	}
}

// TestTheServiceIsGone: a service that has answered before may come back.
func TestTheServiceIsGone(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) { accept(w) })
	v := openAt(t, s.URL)
	if err := create(t, v); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := create(t, v); !errors.Is(err, vault.ErrLost) || errors.Is(err, vault.ErrUnanswered) {
		t.Errorf("got %v", err)
	}
}
