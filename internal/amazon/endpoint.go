package amazon

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"firn/vault"
)

// CheckEndpoint returns the endpoint URL to send requests to, without slashes at
// its end. The empty one is Amazon's own. Plain HTTP is for this machine only: a signed
// request on an open line shows everything but the key.
func CheckEndpoint(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("endpoint %q: %w: %w", raw, vault.ErrInvalid, err)
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	u.Path = strings.TrimRight(u.Path, "/")
	switch {
	case u.User != nil:
		return "", fmt.Errorf("endpoint at %q: %w: an endpoint holds no user name or password", u.Host, vault.ErrInvalid)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "", u.RawQuery != "", u.Fragment != "":
		return "", fmt.Errorf("endpoint %q: %w: an endpoint looks like https://HOST[:PORT]", raw, vault.ErrInvalid)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", fmt.Errorf("endpoint %q: %w: plain HTTP is used only to this machine (127.0.0.1, ::1, localhost); use https", raw, vault.ErrInvalid)
	}
	return u.String(), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.TrimSuffix(host, ".") == "localhost" || ip != nil && ip.IsLoopback()
}

// IsAddress reports whether the host of an endpoint is an IP address, so that
// nothing can be put before it.
func IsAddress(endpoint string) bool { return net.ParseIP(hostOf(endpoint)) != nil }

// IsLocalhost reports whether the host of an endpoint is this machine by its name,
// before which something can be put where names below it are found.
func IsLocalhost(endpoint string) bool { return hostOf(endpoint) == "localhost" }

// hostOf is the name of the host alone, empty if there is none.
func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
