package pack

import (
	"bytes"
	"encoding/hex"
	"fmt"
)

// Digest is the SHA-256 of a content. The zero value means that there is none.
type Digest [32]byte

const digestPrefix = "sha256:"

// ParseDigest parses `sha256:` and 64 lower-case hexadecimal digits.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	err := d.UnmarshalText([]byte(s))
	return d, err
}

// IsZero reports whether there is no digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// String returns `sha256:` and 64 lower-case hexadecimal digits.
func (d Digest) String() string { return digestPrefix + hex.EncodeToString(d[:]) }

// MarshalText returns the same text as String.
func (d Digest) MarshalText() ([]byte, error) {
	return hex.AppendEncode(append(make([]byte, 0, len(digestPrefix)+2*len(d)), digestPrefix...), d[:]), nil
}

// UnmarshalText parses the text that MarshalText returns.
func (d *Digest) UnmarshalText(text []byte) error {
	digits, ok := bytes.CutPrefix(text, []byte(digestPrefix))
	if !ok || len(digits) != 2*len(d) || bytes.ContainsFunc(digits, isUpper) {
		return fmt.Errorf("%.100q is not a digest: want sha256: and 64 lower-case hexadecimal digits", text)
	}
	if _, err := hex.Decode(d[:], digits); err != nil {
		return fmt.Errorf("%q is not a digest: %w", text, err)
	}
	return nil
}

func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' }

// validID reports whether an id has 32 lower-case hexadecimal digits.
func validID(id string) bool {
	_, err := hex.DecodeString(id)
	return len(id) == 32 && err == nil && !bytes.ContainsFunc([]byte(id), isUpper)
}
