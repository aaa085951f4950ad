package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"firn/server"
	"firn/vault"
)

func TestRequestIDs(t *testing.T) {
	s := start(t)
	seen := map[string]bool{}
	for _, q := range []request{
		{method: "PUT", path: "/-/vaults/films"},
		{method: "GET", path: "/-/vaults"},
		{method: "GET", path: "/-/vaults/none"},
		{method: "GET", path: "/"},
		{method: "GET", path: "/-/vaults", unsigned: true},
	} {
		id := s.do(q).header.Get("X-Amzn-Requestid")
		if !regexp.MustCompile(`^[A-Za-z0-9_-]{47}$`).MatchString(id) || seen[id] {
			t.Errorf("%s %s: request id %q", q.method, q.path, id)
		}
		seen[id] = true
	}
}

// A page has no key. Whoever has one may call the server by any name that it signed.
func TestBrowsersAreRefused(t *testing.T) {
	s := start(t)
	s.createVault("films")
	q := request{method: "GET", path: "/-/vaults/films"}
	for _, origin := range []string{"http://example.com", "null", "http://" + s.address, ""} {
		q.header = map[string]string{"Origin": origin}
		s.do(q).wantError(t, 403, "AccessDeniedException", "Requests from web pages are not accepted.")
	}
	q.header = nil
	_, port, _ := bytes.Cut([]byte(s.address), []byte(":"))
	foreign := []string{
		"example.com", "example.com:" + string(port), "127.0.0.1.example.com", "localhost.example.com", "10.0.0.1:80",
		"0.0.0.0", "[::2]:80", "localhost.", "127.0.0.1:1:1", "glacier." + region + ".amazonaws.com",
	}
	const mismatch = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	for _, host := range foreign {
		q := request{method: "GET", path: "/-/vaults/films", unsigned: true, spoil: func(r *http.Request) { r.Host = host }}
		s.do(q).wantError(t, 403, "AccessDeniedException", "This server listens on loopback and is not called "+host+".")
		q.unsigned = false // but for another name
		s.do(q).wantError(t, 403, "InvalidSignatureException", mismatch)
	}
	for _, host := range append(foreign, "localhost:"+string(port), "LOCALHOST", "[::1]:8333", "[::1]", "127.0.0.1", "127.0.0.2:1") {
		r := s.build(request{method: "GET", path: "/-/vaults/films", unsigned: true})
		r.Host = host
		s.sign(request{}, r)
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
		if response.StatusCode != 200 {
			t.Errorf("host %q: status %d, want 200", host, response.StatusCode)
		}
	}
}

func TestBodiesOfUnknownLengthAreRefused(t *testing.T) {
	s := start(t)
	s.createVault("films")
	body := []byte("hello world")
	for _, q := range []request{
		upload("POST", "/-/vaults/films/archives", body, nil),
		{method: "GET", path: "/-/vaults", body: body},
	} {
		q.spoil = func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), -1
		}
		s.do(q).wantError(t, 400, "MissingParameterValueException", "Required parameter missing: Content-Length")
	}
}

func TestBodyOverTheLimitIsRefusedUnread(t *testing.T) {
	s := start(t)
	q := upload("POST", "/-/vaults/films/archives", nil, nil)
	q.spoil = func(r *http.Request) {
		r.Header.Set("Expect", "100-continue") // so the client waits with the body
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(nil)), 38505164800
	}
	r := s.build(q)
	transport := &http.Transport{ExpectContinueTimeout: 1 << 40}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer{response.StatusCode, response.Header, string(text)}.
		wantError(t, 400, "InvalidParameterValueException", "Invalid Content-Length: 38505164800")
}

func TestVersionAndAccount(t *testing.T) {
	s := start(t)
	s.do(request{method: "GET", path: "/-/vaults", header: map[string]string{"X-Amz-Glacier-Version": "-"}}).
		wantError(t, 400, "MissingParameterValueException", "Required parameter missing: API version")
	s.do(request{method: "GET", path: "/-/vaults", header: map[string]string{"X-Amz-Glacier-Version": "2006-03-01"}}).
		wantError(t, 400, "InvalidParameterValueException", "Invalid x-amz-glacier-version: 2006-03-01")
	for _, account := range []string{"000000000000", "", "12345678901", "--"} {
		s.do(request{method: "GET", path: "/" + account + "/vaults"}).
			wantError(t, 403, "AccessDeniedException", "These credentials do not belong to account "+account+".")
	}
}

func TestUnknownOperations(t *testing.T) {
	s := start(t)
	s.createVault("films")
	for _, q := range []request{
		{method: "GET", path: "/"},
		{method: "GET", path: "/-"},
		{method: "GET", path: "/-/buckets"},
		{method: "POST", path: "/-/vaults"},
		{method: "GET", path: "/-/vaults/films/"},
		{method: "GET", path: "/-/vaults/films/archives"},
		{method: "GET", path: "/-/vaults/films/lock-policies"},
		{method: "GET", path: "/-/vaults%2Ffilms"},
		{method: "PATCH", path: "/-/vaults/films/tags"},
		{method: "GET", path: "/-/policies"},
		{method: "PUT", path: "/-/vaults/films/archives/x"},
		{method: "DELETE", path: "/-/vaults/films/archives/x/y"},
		{method: "DELETE", path: "/-/vaults/films/archives/x/y/z/a/b/c"},
		{method: "GET", path: "//vaults"},
	} {
		a := s.do(q)
		if q.path == "//vaults" {
			a.wantError(t, 403, "AccessDeniedException", "These credentials do not belong to account .")
			continue
		}
		a.wantError(t, 404, "UnknownOperationException", "There is no operation "+q.method+" "+q.path)
	}
}

// brokenStore fails in the ways in which a disk or another process makes it
// fail.
type brokenStore struct {
	server.Store
	err    error
	vaults int
}

func (b brokenStore) Open(context.Context, string) (vault.Vault, error) {
	return nil, fmt.Errorf("opening /secret/path: %w", b.err)
}

// Note: no vault has a policy.
func (b brokenStore) Note(context.Context, string, string) ([]byte, error) {
	return nil, vault.ErrNotFound
}

func (b brokenStore) Vaults(context.Context, string) iter.Seq2[vault.Info, error] {
	return func(yield func(vault.Info, error) bool) {
		for i := range b.vaults {
			if !yield(vault.Info{Name: fmt.Sprint(i)}, nil) {
				return
			}
		}
		if b.err != nil {
			yield(vault.Info{}, b.err)
		}
	}
}

func TestFailuresOfTheStore(t *testing.T) {
	const unavailable = "The server could not carry out the request."
	tests := []struct {
		err     error
		status  int
		code    string
		message string
		faults  string
	}{
		{vault.ErrLocked, 500, "ServiceUnavailableException", unavailable, "opening /secret/path: locked by another process"},
		{vault.ErrUnavailable, 500, "ServiceUnavailableException", unavailable, "opening /secret/path: service unavailable"},
		{errors.New("input/output error"), 500, "ServiceUnavailableException", unavailable, "opening /secret/path: input/output error"},
		{vault.ErrThrottled, 400, "ThrottlingException", "Rate exceeded", ""},
		{vault.ErrLimited, 400, "PolicyEnforcedException", "InitiateJob request denied by current data retrieval policy.", ""},
		{vault.ErrDenied, 403, "AccessDeniedException", "opening /secret/path: access denied", ""},
		{vault.ErrNotFound, 404, "ResourceNotFoundException", "Vault not found for ARN: " + arnPrefix + "films", ""},
	}
	for _, test := range tests {
		t.Run(test.err.Error(), func(t *testing.T) {
			s := startOver(t, brokenStore{err: test.err})
			s.do(request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(`{"Type":"inventory-retrieval"}`)}).
				wantError(t, test.status, test.code, test.message)
			if got := s.faults.String(); !strings.Contains(got, test.faults) || (got == "") != (test.faults == "") {
				t.Errorf("faults %q, want %q", got, test.faults)
			}
		})
	}
	t.Run("while listing", func(t *testing.T) {
		s := startOver(t, brokenStore{err: errors.New("input/output error"), vaults: 3})
		s.do(request{method: "GET", path: "/-/vaults"}).wantError(t, 500, "ServiceUnavailableException", unavailable)
	})
}

func TestNewRefusesOptions(t *testing.T) {
	good := server.Options{Region: region, Credentials: server.Keys{}}
	if _, err := server.New(map[string]server.Store{account: brokenStore{}}, good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(o *server.Options){
		"no region":      func(o *server.Options) { o.Region = "" },
		"odd region":     func(o *server.Options) { o.Region = "eu/north" },
		"no credentials": func(o *server.Options) { o.Credentials = nil },
	} {
		o := good
		change(&o)
		if _, err := server.New(map[string]server.Store{account: brokenStore{}}, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, accounts := range map[string]map[string]server.Store{
		"no account":    nil,
		"no store":      {account: nil},
		"short account": {"123": brokenStore{}},
		"odd account":   {"01234567890x": brokenStore{}},
	} {
		if _, err := server.New(accounts, good); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
