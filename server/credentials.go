package server

import (
	"crypto/subtle"
	"fmt"
	"io"
	"time"
)

// Credentials finds the key that belongs to an access key. It may be called from
// many goroutines, and with any text as the access key.
type Credentials interface {
	Key(accessKey string) (Key, bool)
}

// Key is the secret half of a pair of keys, and who has the pair.
type Key struct {
	// Secret is the secret key that requests are signed with.
	Secret string
	// Account is the 12-digit id of the account that the key belongs to. In another
	// account the key may do what the policies of a vault allow.
	Account string
	// User is the name, in that account, of the user who has the key, for policies. Empty
	// means the root user of the account.
	User string
	// ReadOnly means that the key can list, describe and retrieve, and change nothing.
	ReadOnly bool
	// SessionToken must come with every request. If it is empty, none may come.
	SessionToken string
	// Expires is when the key ends; the zero time means never.
	Expires time.Time
}

// arn is the key's principal, as policies name it.
func (k Key) arn() string {
	if k.User == "" {
		return "arn:aws:iam::" + k.Account + ":root"
	}
	return "arn:aws:iam::" + k.Account + ":user/" + k.User
}

// hasToken compares session tokens in constant time.
func (k Key) hasToken(token string) bool {
	return subtle.ConstantTimeCompare([]byte(k.SessionToken), []byte(token)) == 1
}

// Format keeps secrets out of every formatted text.
func (Key) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, redacted) // Format has no way to return an error
}

// MarshalText keeps secrets out of every encoded text.
func (Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

const redacted = "[redacted]"

// Keys are credentials that do not change, by their access keys.
type Keys map[string]Key

// Key implements [Credentials].
func (k Keys) Key(accessKey string) (Key, bool) {
	key, ok := k[accessKey]
	return key, ok
}

// Format keeps the secrets and the access keys out of every formatted text.
func (Keys) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText keeps the secrets and the access keys out of every encoded text.
func (Keys) MarshalText() ([]byte, error) { return []byte(redacted), nil }
