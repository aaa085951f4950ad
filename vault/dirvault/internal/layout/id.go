package layout

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"

	"firn/vault"
)

// Lengths of ids in characters. Amazon Glacier's ids have these lengths, and tools check them.
const (
	ArchiveIDLength = 138
	UploadIDLength  = 92
	JobIDLength     = 92
)

// NewID returns a random id for an upload or a job: 69 random bytes as 92 characters
// of [A-Za-z0-9_-]. It never begins with a hyphen, so that it can be given to a
// command.
func NewID() string {
	var b [69]byte
	for {
		rand.Read(b[:]) // never fails (package crypto/rand)
		if id := base64.RawURLEncoding.EncodeToString(b[:]); id[0] != '-' {
			return id
		}
	}
}

// ArchiveIDOf returns the id of the archive that an upload becomes. It returns the
// same id at every call, so an upload can be completed again. The id is as hard to guess
// as the upload's id, and never begins with a hyphen.
func ArchiveIDOf(upload vault.UploadID) (vault.ArchiveID, error) {
	const bytes = 104 // 139 characters, of which 138 are used
	key, err := hkdf.Key(sha512.New, []byte(upload), nil, "firn dirvault archive id", bytes)
	if err != nil {
		return "", fmt.Errorf("archive id for upload %q: %w", upload, err)
	}
	id := []byte(base64.RawURLEncoding.EncodeToString(key)[:ArchiveIDLength])
	if id[0] == '-' {
		id[0] = 'A'
	}
	return vault.ArchiveID(id), nil
}

// IsArchiveID reports whether s can be the id of an archive, and so a file name. Text
// from outside is checked here, or by IsUploadID or IsJobID, before it is used in a path.
func IsArchiveID(s string) bool { return isID(s, ArchiveIDLength) }

// IsUploadID reports whether s can be the id of an upload.
func IsUploadID(s string) bool { return isID(s, UploadIDLength) }

// IsJobID reports whether s can be the id of a job.
func IsJobID(s string) bool { return isID(s, JobIDLength) }

func isID(s string, length int) bool {
	return len(s) == length && s[0] != '-' && strings.Trim(s, idAlphabet) == ""
}

// idAlphabet is the alphabet of base64 in URLs. A string has no other characters
// if trimming all of them leaves nothing.
const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
