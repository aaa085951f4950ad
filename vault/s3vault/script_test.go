package s3vault_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"firn/vault/s3vault"
)

// script is a service with scripted answers that counts its requests.
type script struct {
	url   string
	asked atomic.Int64
}

// answerWith starts a script.
func answerWith(t *testing.T, answer http.HandlerFunc) *script {
	t.Helper()
	dir := t.TempDir()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": filepath.Join(dir, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "credentials"),
	} {
		t.Setenv(name, value)
	}
	s := &script{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			w.Header().Set("X-Amz-Request-Id", "REQUEST-7")
			answer(w, r)
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// open opens a vault of a service that lacks some features.
func (s *script) open(t *testing.T, lacks ...s3vault.Feature) *s3vault.Vault {
	t.Helper()
	v, err := s3vault.Open(t.Context(), s3vault.Config{Bucket: "films", Endpoint: s.url, Lacks: lacks})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

// send answers with a body and an announced length.
func send(w http.ResponseWriter, status int, body string, announced int) {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(announced))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
