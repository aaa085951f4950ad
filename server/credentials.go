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

// Key is a pair of keys without the half that is not secret, and who has it.
type Key struct {
	// Secret is the secret key that requests are signed with.
	Secret string
	// Account is the 12-digit id of the account that the key belongs to. Of another
	// account it may do what the access policy of a vault there allows.
	Account string
	// User is the name in that account by which policies know who has the key; empty
	// means the account's root user.
	User string
	// ReadOnly: the key lists, describes and retrieves, and changes nothing.
	ReadOnly bool
	// SessionToken must come with every request, if it is not empty; else none may.
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

// hasToken compares session tokens in a time that tells nothing about them.
func (k Key) hasToken(token string) bool {
	return subtle.ConstantTimeCompare([]byte(k.SessionToken), []byte(token)) == 1
}

// Format keeps secrets out of every formatted text.
func (Key) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, redacted) // as every Format, it has nowhere to report to
}

// MarshalText keeps secrets out of every encoded text.
func (Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

const redacted = "[redacted]"

// Keys is a fixed set of credentials: keys by their access keys.
type Keys map[string]Key

// Key implements [Credentials].
func (k Keys) Key(accessKey string) (Key, bool) {
	key, ok := k[accessKey]
	return key, ok
}

// Format keeps secrets, and whose they are, out of every formatted text.
func (Keys) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText keeps secrets, and whose they are, out of every encoded text.
func (Keys) MarshalText() ([]byte, error) { return []byte(redacted), nil }
