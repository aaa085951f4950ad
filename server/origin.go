package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"firn/server/internal/refusal"
)

// checkOrigin refuses what a browser says that a web page sends.
func checkOrigin(r *http.Request) error {
	if len(r.Header.Values("Origin")) > 0 {
		return refusal.AccessDenied("Requests from web pages are not accepted.")
	}
	return nil
}

// checkHost refuses a request that shows no key if it came to loopback under
// another name. A web page can make its reader's browser talk to a loopback
// address by a name that the page owns (DNS rebinding), but it has no key to sign
// with. Tools that have one often sign the service's own name, so they are
// believed once their signature was verified, which the name is part of.
func checkHost(r *http.Request) error {
	if len(r.Header.Values("Authorization")) == 0 {
		return checkHostName(r)
	}
	return nil
}

// checkHostName is checkHost for those who need no key.
func checkHostName(r *http.Request) error {
	if onLoopback(r) && !isLoopbackName(r.Host) {
		return refusal.AccessDenied("This server listens on loopback and is not called " + r.Host + ".")
	}
	return nil
}

// onLoopback reports whether the request came to a loopback address. If net/http
// did not say, the stricter answer is given.
func onLoopback(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return true
	}
	address, err := netip.ParseAddrPort(local.String())
	return err != nil || address.Addr().Unmap().IsLoopback()
}

// isLoopbackName reports whether the value of a Host header, with or without a
// port, is a loopback address or localhost. The port is free: it differs behind
// a tunnel, and a page cannot choose its own name by it.
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
