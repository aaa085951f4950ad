package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"firn/server/internal/refusal"
)

// checkOrigin refuses a request that a browser sends for a web page.
func checkOrigin(r *http.Request) error {
	if len(r.Header.Values("Origin")) > 0 {
		return refusal.AccessDenied("Requests from web pages are not accepted.")
	}
	return nil
}

// checkHost refuses a request without a key that came to a loopback address under another
// name. A web page can make its reader's browser send requests to a loopback address by a name
// that the page owns (DNS rebinding), but it has no key to sign with. Tools that have a key
// often sign the name of the service. Their signature, of which the name is a part, is verified
// later.
func checkHost(r *http.Request) error {
	if len(r.Header.Values("Authorization")) == 0 {
		return checkHostName(r)
	}
	return nil
}

// checkHostName is checkHost for requests that need no key.
func checkHostName(r *http.Request) error {
	if onLoopback(r) && !isLoopbackName(r.Host) {
		return refusal.AccessDenied("This server listens on loopback and is not called " + r.Host + ".")
	}
	return nil
}

// onLoopback reports whether the request came to a loopback address. It is true also if
// net/http did not say to which address the request came.
func onLoopback(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return true
	}
	address, err := netip.ParseAddrPort(local.String())
	return err != nil || address.Addr().Unmap().IsLoopback()
}

// isLoopbackName reports whether the value of a Host header, with or without a port, is a
// loopback address or localhost. The port does not matter: it differs behind a tunnel, and does
// not help a page to have the name.
func isLoopbackName(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.IsLoopback()
}
