package vaultname

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Endpoint returns the canonical form of the endpoint of a service, glacier or s3,
// in a region: of Amazon's own the empty text, so that it is the same whether it is
// written or not. Of others scheme and host are in lower case, the port is left out
// that goes without saying, so are a dot behind the host and slashes at the end, and
// all names of this machine are one. What is no URL comes back as it is.
func Endpoint(raw, service, region string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return raw
	}
	host, port := canonicalHost(u.Hostname()), canonicalPort(u.Port(), u.Scheme) // Parse has lowered the scheme
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
		u.RawPath = "" // nothing in it needs its own way of escaping
	}
	return u.String()
}

// thisMachine is how the names of this machine are written: a service that listens
// at one of them is taken to be the one at the others.
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
		port = strconv.Itoa(n) // without zeros before it
	}
	if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return ""
	}
	return port
}

// isAmazons reports whether a host is one of those by which Amazon's own service is
// reached in a region: its usual endpoint, that of FIPS, that of both versions of IP,
// and one in a private network.
func isAmazons(host, service, region string) bool {
	host = strings.TrimSuffix(host, ".cn")
	at := regexp.QuoteMeta(region) + `\.(vpce\.)?amazonaws\.com`
	pattern := `^((bucket\.)?vpce-[a-z0-9-]+\.)?` + service + `(-fips)?(\.dualstack)?[.-]` + at + `$`
	return region != "" && regexp.MustCompile(pattern).MatchString(host) || service == "s3" && host == "s3.amazonaws.com"
}
