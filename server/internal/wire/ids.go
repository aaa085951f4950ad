package wire

import (
	"crypto/rand"
	"encoding/base64"
)

// NewRequestID returns 47 characters of [A-Za-z0-9_-], which is the form of the service's
// request ids.
func NewRequestID() string { return randomText(35) }

// NewShortID returns 24 of them, which is the form of the service's ids of locks and of units
// of capacity.
func NewShortID() string { return randomText(18) }

// randomText writes so many random bytes in characters of [A-Za-z0-9_-].
func randomText(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
