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

// QuoteID quotes the beginning of an id, which is enough to find it by. A short id, such as
// the key of an object, is quoted in full.
func QuoteID[ID ~string](id ID) string {
	const enough, most = 16, 48
	if len(id) > most {
		return strconv.Quote(string(id[:enough]) + "...")
	}
	return strconv.Quote(string(id))
}

// RangeText names bytes of an archive by its first and last.
func RangeText(r vault.Range) string {
	if r.IsZero() {
		return "the whole archive"
	}
	return fmt.Sprintf("bytes %d to %d (%s)", r.Offset, r.End()-1, humane.Bytes(r.Size))
}

// Passing reports whether an error of the vault may be another one, or none, the
// next time.
func Passing(err error) bool {
	return errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrThrottled)
}

// TokenLength is that of a token in hexadecimal digits.
const TokenLength = 32

// NewToken returns tokenLength hexadecimal digits that nobody has used before.
func NewToken() string {
	b := make([]byte, TokenLength/2)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
