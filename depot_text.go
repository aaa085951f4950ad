package firn

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"firn/internal/humane"
	"firn/vault"
)

// quoteID shows the beginning of an id, which is enough to find it by. The key of an
// object is told whole, unless it is as long as what services make up.
func quoteID[ID ~string](id ID) string {
	const enough, most = 16, 48
	if len(id) > most {
		return strconv.Quote(string(id[:enough]) + "...")
	}
	return strconv.Quote(string(id))
}

// rangeText names bytes of an archive by its first and last.
func rangeText(r vault.Range) string {
	if r.IsZero() {
		return "the whole archive"
	}
	return fmt.Sprintf("bytes %d to %d (%s)", r.Offset, r.End()-1, humane.Bytes(r.Size))
}

// passing reports whether an error of the vault may be another one, or none, the
// next time.
func passing(err error) bool {
	return errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrThrottled)
}

// tokenLength is that of a token in hexadecimal digits.
const tokenLength = 32

// newToken returns tokenLength hexadecimal digits that nobody has used before.
func newToken() string {
	b := make([]byte, tokenLength/2)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
