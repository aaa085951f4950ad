package glaciervault_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/glaciervault"
)

func keyOf(r request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(rest, "/")
	return key
}

// accept answers a request that creates an upload.
func accept(w http.ResponseWriter) {
	w.Header().Set("X-Amz-Multipart-Upload-Id", "UPLOAD")
	w.WriteHeader(http.StatusCreated)
}

// writeKeys writes a key pair to the default profile, like a tool that renews tokens.
func writeKeys(t *testing.T, key, token string) {
	t.Helper()
	text := fmt.Sprintf("[default]\naws_access_key_id=%s\naws_secret_access_key=%s\naws_session_token=%s\n", key, testSecret, token)
	if err := os.WriteFile(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOldNamesOfTheKeys(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) { accept(w) })
	t.Setenv("AWS_ACCESS_KEY", "AKIDOLD")
	t.Setenv("AWS_SECRET_KEY", testSecret)
	if err := create(t, openAt(t, s.URL)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	if err := create(t, openAt(t, s.URL)); err != nil {
		t.Fatal(err)
	}
	if first, second := keyOf(s.seen()[0]), keyOf(s.seen()[1]); first != testKey || second != "AKIDOLD" {
		t.Errorf("signed with %s, then with %s", first, second)
	}
}

func TestNoCredentials(t *testing.T) {
	isolate(t)
	s := serve(t, func(http.ResponseWriter, request, int) {})
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	err := create(t, openAt(t, s.URL))
	if !errors.Is(err, vault.ErrDenied) || !strings.Contains(err.Error(), "export AWS_ACCESS_KEY_ID") {
		t.Errorf("got %v", err)
	}
	if len(s.seen()) != 0 {
		t.Error("a request was sent unsigned")
	}
}

// The service for credentials is not that of the vault: if it cannot be reached, that says
// nothing about the endpoint.
func TestNobodyGivesCredentials(t *testing.T) {
	isolate(t)
	s := serve(t, func(http.ResponseWriter, request, int) {})
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_WEB_IDENTITY_TOKEN_FILE": token,
		"AWS_ROLE_ARN": "arn:aws:iam::000000000000:role/cold", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	err := create(t, openAt(t, s.URL))
	if !errors.Is(err, vault.ErrDenied) || errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestNoRegion(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_REGION", "")
	_, err := glaciervault.Open(t.Context(), glaciervault.Config{})
	if !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("got %v", err)
	}
	_, err = glaciervault.Open(t.Context(), glaciervault.Config{Region: "eu-west-1", Profile: "nobody"})
	if !errors.Is(err, vault.ErrCredentials) || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("unknown profile: %v", err)
	}
}

func TestExpiredTokenIsReplacedWhileUploading(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	writeKeys(t, "AKIDOLD", "old")
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		if keyOf(r) == "AKIDOLD" && n > 0 {
			refuse(w, 403, "ExpiredTokenException", "The security token included in the request is expired")
			return
		}
		acceptPart(w, r)
	})
	v := openAt(t, s.URL)
	content := bytes.Repeat([]byte("x"), 2<<20)
	part := partOf(t, 0, content)
	if _, err := v.UploadPart(t.Context(), "UPLOAD", part, bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	writeKeys(t, "AKIDNEW", "new")

	var parts sync.WaitGroup
	for range 4 {
		parts.Go(func() {
			if _, err := v.UploadPart(t.Context(), "UPLOAD", part, bytes.NewReader(content)); err != nil {
				t.Error(err)
			}
		})
	}
	parts.Wait()
	refused := 0
	for i, r := range s.seen() {
		if !bytes.Equal(r.body, content) {
			t.Errorf("request %d had other bytes", i)
		}
		if keyOf(r) == "AKIDOLD" {
			refused++
		} else if r.Header.Get("X-Amz-Security-Token") != "new" {
			t.Errorf("request %d has an old token", i)
		}
	}
	if refused > 5 || len(s.seen()) != refused+4 {
		t.Errorf("%d requests, %d of them with the old key", len(s.seen()), refused)
	}
}

func TestExpiredTokenWithoutANewOne(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_SESSION_TOKEN", testToken)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		refuse(w, 403, "ExpiredTokenException", "The security token included in the request is expired")
	})
	err := create(t, openAt(t, s.URL))
	if !errors.Is(err, vault.ErrDenied) {
		t.Errorf("got %v", err)
	}
	if strings.Contains(fmt.Sprintf("%+v %#v", err, err), "canary") {
		t.Errorf("a secret is in %v", err)
	}
	if n := len(s.seen()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestCredentialsOfAProcessAreRenewedBeforeTheyEnd(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	document := filepath.Join(t.TempDir(), "keys.json")
	config := fmt.Sprintf("[default]\ncredential_process = cat %s\n", document)
	if err := os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	write := func(key string, lifetime time.Duration) {
		t.Helper()
		text := fmt.Sprintf(`{"Version":1,"AccessKeyId":%q,"SecretAccessKey":"s","SessionToken":"t","Expiration":%q}`,
			key, time.Now().Add(lifetime).UTC().Format(time.RFC3339))
		if err := os.WriteFile(document, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) { accept(w) })
	v := openAt(t, s.URL)
	write("AKIDSOON", 4*time.Minute) // within the window of five
	if err := create(t, v); err != nil {
		t.Fatal(err)
	}
	write("AKIDNEXT", time.Hour)
	if err := create(t, v); err != nil {
		t.Fatal(err)
	}
	write("AKIDLATE", time.Hour) // not used
	if err := create(t, v); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"AKIDSOON", "AKIDNEXT", "AKIDNEXT"} {
		if got := keyOf(s.seen()[i]); got != want {
			t.Errorf("request %d was signed with %s, want %s", i, got, want)
		}
	}
}

func TestWrongClockIsMendedByTheService(t *testing.T) {
	isolate(t)
	ahead := time.Now().Add(3 * time.Hour).UTC()
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		w.Header().Set("Date", ahead.Format(http.TimeFormat))
		signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		if err != nil || ahead.Sub(signed).Abs() > 15*time.Minute {
			refuse(w, 403, "InvalidSignatureException", "Signature expired: "+r.Header.Get("X-Amz-Date"))
			return
		}
		accept(w)
	})
	v := openAt(t, s.URL)
	for range 2 {
		if err := create(t, v); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.seen()); n != 3 {
		t.Errorf("%d requests, want one refused and two good ones", n)
	}
}
