package dirvault

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"

	"firn/vault"
)

// Lengths of ids in characters, as Amazon Glacier has them: tools check them.
const (
	archiveIDLength = 138
	uploadIDLength  = 92
	jobIDLength     = 92
)

// newID returns an id for an upload or a job: 69 random bytes as 92 characters
// of [A-Za-z0-9_-]. It never begins with a hyphen, so that it can be given to a
// command.
func newID() string {
	var b [69]byte
	for {
		rand.Read(b[:]) // never fails (package crypto/rand)
		if id := base64.RawURLEncoding.EncodeToString(b[:]); id[0] != '-' {
			return id
		}
	}
}

// archiveIDOf returns the id of the archive that an upload becomes. It is the
// same at every call, which makes completing repeatable, and as hard to guess as
// the upload's id. It never begins with a hyphen.
func archiveIDOf(upload vault.UploadID) (vault.ArchiveID, error) {
	const bytes = 104 // 139 characters, of which 138 are used
	key, err := hkdf.Key(sha512.New, []byte(upload), nil, "firn dirvault archive id", bytes)
	if err != nil {
		return "", fmt.Errorf("archive id for upload %q: %w", upload, err)
	}
	id := []byte(base64.RawURLEncoding.EncodeToString(key)[:archiveIDLength])
	if id[0] == '-' {
		id[0] = 'A'
	}
	return vault.ArchiveID(id), nil
}

// validID reports whether s can be an id of this package, and so a file name.
// Everything from outside passes here before it comes near a path.
func validID(s string, length int) bool {
	return len(s) == length && s[0] != '-' && strings.Trim(s, idAlphabet) == ""
}

// idAlphabet is that of base64 in URLs. Every character of a string is in it
// when trimming all of them leaves nothing.
const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
