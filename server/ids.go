package server

import (
	"crypto/rand"
	"encoding/base64"
)

// newRequestID returns 47 characters of [A-Za-z0-9_-], the form of the
// service's own request ids.
func newRequestID() string { return randomText(35) }

// newShortID returns 24 of them, the form of the service's ids of locks and of units
// of capacity.
func newShortID() string { return randomText(18) }

// randomText writes so many random bytes in characters of [A-Za-z0-9_-].
func randomText(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
