package amazon

import (
	"net"
	"net/url"
	"strings"

	"firn/vault"
)

// CheckEndpoint returns the endpoint URL without slashes at its end; an empty one means
// Amazon's own. Plain HTTP is allowed only to this machine, since everything in a signed
// request except the key can be read on the way.
func CheckEndpoint(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", vault.Errorf(vault.ErrInvalid, "endpoint %q: %w", raw, err)
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	u.Path = strings.TrimRight(u.Path, "/")
	switch {
	case u.User != nil:
		return "", vault.Errorf(vault.ErrInvalid, "endpoint at %q: an endpoint holds no user name or password", u.Host)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "", u.RawQuery != "", u.Fragment != "":
		return "", vault.Errorf(vault.ErrInvalid, "endpoint %q: an endpoint looks like https://HOST[:PORT]", raw)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", vault.Errorf(vault.ErrInvalid, "endpoint %q: plain HTTP is used only to this machine (127.0.0.1, ::1, localhost); use https", raw)
	}
	return u.String(), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.TrimSuffix(host, ".") == "localhost" || ip != nil && ip.IsLoopback()
}

// IsAddress reports whether the host of an endpoint is an IP address, which cannot have
// subdomains.
func IsAddress(endpoint string) bool { return net.ParseIP(hostOf(endpoint)) != nil }

// IsLocalhost reports whether the host of an endpoint is "localhost". It can have
// subdomains if the system resolves them.
func IsLocalhost(endpoint string) bool { return hostOf(endpoint) == "localhost" }

// hostOf returns the host name without the port, empty if there is none.
func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
