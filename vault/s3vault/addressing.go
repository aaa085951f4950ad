package s3vault

import (
	"fmt"

	"firn/internal/amazon"
	"firn/vault"
)

// Addressing is where a URL names the bucket.
type Addressing string

// The ways to address a bucket. Without one it is by host, but by path where the
// endpoint's host is an IP address or localhost, before which hardly anybody can
// put a name.
const (
	// ByPath: https://HOST/BUCKET/KEY, for services that have no name for each bucket.
	ByPath Addressing = "path"
	// ByHost: https://BUCKET.HOST/KEY. A bucket with a dot in its name is addressed
	// by path all the same where it must be https: no certificate is for its host.
	ByHost Addressing = "host"
)

// isByPath reports whether the bucket is to be named in the path. An endpoint that
// cannot be addressed so is ErrInvalid.
func (a Addressing) isByPath(endpoint string) (bool, error) {
	switch a {
	case "":
		return amazon.IsAddress(endpoint) || amazon.IsLocalhost(endpoint), nil
	case ByPath:
		return true, nil
	case ByHost:
		if amazon.IsAddress(endpoint) {
			return false, fmt.Errorf("endpoint %q: %w: nothing can be put before an IP address: address the bucket by its path", endpoint, vault.ErrInvalid)
		}
		return false, nil
	}
	return false, fmt.Errorf("addressing %.100q: %w: it is %s or %s", string(a), vault.ErrInvalid, ByPath, ByHost)
}
