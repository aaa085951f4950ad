package server

import (
	"crypto/rand"
	"encoding/base64"
)

// newRequestID returns 47 characters of [A-Za-z0-9_-], the form of the
// service's own request ids.
func newRequestID() string {
	var b [35]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
