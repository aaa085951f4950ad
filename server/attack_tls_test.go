package server_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"firn/server"
)

// startTLS serves over TLS. The client knows who signed the certificate.
func startTLS(t *testing.T) (*service, *http.Transport) {
	t.Helper()
	certified := httptest.NewTLSServer(nil)
	certified.Close() // only its certificate is needed
	handler, err := server.New(map[string]server.Store{account: openStore(t, t.TempDir())}, server.Options{
		Region: region, Credentials: keys(),
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- handler.Serve(ctx, tls.NewListener(listener, &tls.Config{Certificates: certified.TLS.Certificates}))
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	transport, _ := certified.Client().Transport.(*http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	return &service{t: t, model: loadModel(t), address: listener.Addr().String()}, transport
}

// Policies see that a request came over TLS: the usual one, which denies all that did
// not, does not shut the owner out, not as a completed lock either.
func TestSecureTransportOverTLS(t *testing.T) {
	s, transport := startTLS(t)
	do := func(q request) answer {
		t.Helper()
		r := s.build(q)
		r.URL.Scheme = "https"
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer{response.StatusCode, response.Header, string(body)}
	}
	const films = "/-/vaults/films"
	do(request{method: "PUT", path: films}).want(t, 201, "")
	onlyTLS := statement("Deny", `"*"`, "glacier:*", `"Bool":{"aws:SecureTransport":"false"}`)
	do(request{method: "PUT", path: films + "/access-policy", body: withPolicy(t, onlyTLS)}).want(t, 204, "")
	do(request{method: "GET", path: films + "/jobs"}).want(t, 200, `{"JobList":[],"Marker":null}`)

	lock := do(request{method: "POST", path: films + "/lock-policy", body: withPolicy(t, onlyTLS)})
	lock.want(t, 201, "")
	do(request{method: "POST", path: films + "/lock-policy/" + lock.header.Get("X-Amz-Lock-Id")}).want(t, 204, "")
	do(request{method: "GET", path: films + "/jobs"}).want(t, 200, `{"JobList":[],"Marker":null}`)

	noTLS := statement("Deny", `"*"`, "glacier:ListJobs", `"Bool":{"aws:SecureTransport":"true"}`)
	do(request{method: "PUT", path: films + "/access-policy", body: withPolicy(t, noTLS)}).want(t, 204, "")
	do(request{method: "GET", path: films + "/jobs"}).wantStatus(t, 403, "AccessDeniedException")
}
