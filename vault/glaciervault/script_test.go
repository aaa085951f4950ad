package glaciervault_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"firn/vault"
	"firn/vault/glaciervault"
)

const (
	testKey    = "AKIDEXAMPLE"
	testSecret = "canary-secret-wJalrXUtnFEMI"
	testToken  = "canary-token-FwoGZXIvYXdzE"
)

// isolate hides the machine's own AWS configuration from a test and sets a key pair.
func isolate(t testing.TB) {
	t.Helper()
	dir := t.TempDir()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": testKey, "AWS_SECRET_ACCESS_KEY": testSecret, "AWS_SESSION_TOKEN": "",
		"AWS_ACCESS_KEY": "", "AWS_SECRET_KEY": "", "AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "",
		"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_GLACIER": "",
		"AWS_CONFIG_FILE":             filepath.Join(dir, "config"),
		"AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "credentials"),
		"AWS_EC2_METADATA_DISABLED":   "true",
	} {
		t.Setenv(name, value)
	}
}

// request is a request that a script received.
type request struct {
	*http.Request
	body []byte
}

// script is a server with scripted answers that remembers its requests.
type script struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
}

// serve starts a server that reads each request and calls answer to reply; n counts
// requests from 0.
func serve(t *testing.T, answer func(w http.ResponseWriter, r request, n int)) *script {
	t.Helper()
	s := &script{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client closed the connection
		}
		seen := request{r, body}
		s.mu.Lock()
		n := len(s.requests)
		s.requests = append(s.requests, seen)
		s.mu.Unlock()
		w.Header().Set("X-Amzn-RequestId", "AAABZpJrTyioDC_Hs")
		answer(w, seen, n)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *script) seen() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.requests...)
}

// openAt opens the vault "photos" at an endpoint.
func openAt(t *testing.T, endpoint string) *glaciervault.Vault {
	t.Helper()
	v, err := accountAt(t, endpoint).Vault("photos")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func accountAt(t *testing.T, endpoint string) *glaciervault.Account {
	t.Helper()
	a, err := glaciervault.Open(t.Context(), glaciervault.Config{Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// refuse answers with a refusal in the service's form.
func refuse(w http.ResponseWriter, status int, code, message string) {
	document, _ := json.Marshal(map[string]string{"code": code, "message": message, "type": "Client"}) // strings always can
	reply(w, status, string(document))
}

// reply answers with a JSON document.
func reply(w http.ResponseWriter, status int, document string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, document)
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// create makes a simple call, for tests of any call.
func create(t *testing.T, v *glaciervault.Vault) error {
	t.Helper()
	_, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1 << 20})
	return err
}
