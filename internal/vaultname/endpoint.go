package vaultname

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Endpoint returns the canonical form of the endpoint of a service, glacier or s3, in a
// region. It returns "" for Amazon's own endpoint, so that the result is the same as
// without an endpoint. For others it converts scheme and host to lower case, removes the
// default port, a dot behind the host and slashes at the end, and unifies all names of this
// machine. It returns text that is no URL unchanged.
func Endpoint(raw, service, region string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return raw
	}
	host, port := canonicalHost(u.Hostname()), canonicalPort(u.Port(), u.Scheme) // Parse has converted the scheme to lower case
	if u.Scheme == "https" && port == "" && isAmazons(host, service, region) {
		return ""
	}
	u.Host = host
	switch {
	case port != "":
		u.Host = net.JoinHostPort(host, port)
	case strings.Contains(host, ":"):
		u.Host = "[" + host + "]"
	}
	u.Path = strings.TrimRight(u.Path, "/")
	if u.RawPath = strings.TrimRight(u.RawPath, "/"); !strings.Contains(strings.ToUpper(u.RawPath), "%2F") {
		u.RawPath = "" // nothing in the path needs a special form of escaping
	}
	return u.String()
}

// thisMachine is the canonical name of this machine: a service that listens at one of its
// names is assumed to be the same at the others.
const thisMachine = "127.0.0.1"

func canonicalHost(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" {
		return thisMachine
	}
	address, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		return host
	case address == netip.IPv6Loopback():
		return thisMachine
	}
	return address.Unmap().String()
}

func canonicalPort(port, scheme string) string {
	if n, err := strconv.Atoi(port); err == nil {
		port = strconv.Itoa(n) // without leading zeros
	}
	if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return ""
	}
	return port
}

// isAmazons reports whether a host is one of the endpoints of Amazon's own service in a
// region: the usual endpoint, the endpoint of FIPS, the endpoint of both versions of IP, or
// one in a private network.
func isAmazons(host, service, region string) bool {
	host = strings.TrimSuffix(host, ".cn")
	at := regexp.QuoteMeta(region) + `\.(vpce\.)?amazonaws\.com`
	pattern := `^((bucket\.)?vpce-[a-z0-9-]+\.)?` + service + `(-fips)?(\.dualstack)?[.-]` + at + `$`
	return region != "" && regexp.MustCompile(pattern).MatchString(host) || service == "s3" && host == "s3.amazonaws.com"
}
