package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"firn/internal/coldfront"
)

// byHost makes clients address buckets by host, as in archives.example.com. Only a proxy knows the
// names, and all its tunnels end at the service. The clients get the certificate to trust.
func byHost(ts *testscript.TestScript, s *coldfront.Front) {
	there, err := url.Parse(s.Endpoint)
	ts.Check(err)
	proxy := httptest.NewServer(tunnel(there.Host))
	ts.Defer(proxy.Close)
	certificate := ts.MkAbs("s3.pem")
	ts.Check(os.WriteFile(certificate, s.Certificate(), 0o600))
	ts.Setenv("AWS_CA_BUNDLE", certificate)
	ts.Setenv("HTTPS_PROXY", proxy.URL)
	ts.Setenv("AWS_ENDPOINT_URL_S3", "https://"+coldfront.Domain)
}

// tunnel is a proxy that connects every request to one address.
func tunnel(address string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "tunnels only", http.StatusProxyAuthRequired) // which only a proxy says
			return
		}
		var d net.Dialer
		there, err := d.DialContext(r.Context(), "tcp", address)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = there.Close()
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n") // who hung up will be noticed
		var both sync.WaitGroup
		for from, to := range map[net.Conn]net.Conn{here: there, there: here} {
			both.Go(func() {
				_, _ = io.Copy(to, from) // either end may hang up
				_ = to.Close()
			})
		}
		both.Wait()
	}
}
