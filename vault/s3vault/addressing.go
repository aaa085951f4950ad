package s3vault

import (
	"firn/internal/amazon"
	"firn/vault"
)

// Addressing is the part of a URL that names the bucket.
type Addressing string

// The ways to address a bucket. The default is by host, but by path if the endpoint's host
// is an IP address or localhost, which usually has no subdomains.
const (
	// ByPath: https://HOST/BUCKET/KEY, for services without a host name for each bucket.
	ByPath Addressing = "path"
	// ByHost: https://BUCKET.HOST/KEY. Over https, a bucket with a dot in its name is
	// addressed by path in spite of it, since no certificate covers its host.
	ByHost Addressing = "host"
)

// isByPath reports whether the path names the bucket. It returns ErrInvalid if the endpoint
// cannot be addressed in this way.
func (a Addressing) isByPath(endpoint string) (bool, error) {
	switch a {
	case "":
		return amazon.IsAddress(endpoint) || amazon.IsLocalhost(endpoint), nil
	case ByPath:
		return true, nil
	case ByHost:
		if amazon.IsAddress(endpoint) {
			return false, vault.Errorf(vault.ErrInvalid, "endpoint %q: a bucket's name cannot precede an IP address: address the bucket by its path", endpoint)
		}
		return false, nil
	}
	return false, vault.Errorf(vault.ErrInvalid, "addressing %.100q: it is %s or %s", string(a), ByPath, ByHost)
}
