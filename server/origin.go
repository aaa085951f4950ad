package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// checkOrigin refuses what only a browser sends. A web page can make its
// reader's browser talk to a loopback address, by name if it owns the name (DNS
// rebinding), so a server on loopback answers to loopback names only, and no
// server answers to a page.
func checkOrigin(r *http.Request) error {
	if len(r.Header.Values("Origin")) > 0 {
		return accessDenied("Requests from web pages are not accepted.")
	}
	if onLoopback(r) && !isLoopbackName(r.Host) {
		return accessDenied("This server listens on loopback and is not called " + r.Host + ".")
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
