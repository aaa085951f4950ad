package depot

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"firn/internal/humane"
	"firn/vault"
)

// QuoteID quotes the first characters of an id, which are enough to find it. It quotes a short
// id, such as the key of an object, in full.
func QuoteID[ID ~string](id ID) string {
	const enough, most = 16, 48
	if len(id) > most {
		return strconv.Quote(string(id[:enough]) + "...")
	}
	return strconv.Quote(string(id))
}

// RangeText names the bytes of a range by the first and the last.
func RangeText(r vault.Range) string {
	if r.IsZero() {
		return "the whole archive"
	}
	return fmt.Sprintf("bytes %d to %d (%s)", r.Offset, r.End()-1, humane.Bytes(r.Size))
}

// IsTemporary reports whether an error of the vault is temporary: the same request may succeed
// later.
func IsTemporary(err error) bool {
	return errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrThrottled)
}

// TokenLength is the number of hexadecimal digits of a token.
const TokenLength = 32

// NewToken returns a random token of TokenLength hexadecimal digits.
func NewToken() string {
	b := make([]byte, TokenLength/2)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
