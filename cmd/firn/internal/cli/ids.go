package cli

import (
	"strings"

	"firn/vault"
	"firn/vault/vaulturl"
)

// Amazon Glacier's ids, which a directory vault imitates.
const (
	idAlphabet      = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	archiveIDLength = 138
	jobIDLength     = 92 // also of upload ids
)

// shortIDLength is the number of characters that distinguish an id from all others.
const shortIDLength = 16

// ShortID returns the beginning of an id, which commands take instead of the whole.
func ShortID(id string) string {
	if len(id) <= shortIDLength {
		return id
	}
	return id[:shortIDLength] + "..."
}

// ColumnID returns the beginning of an id for a column of a table. Commands take it as they take
// [ShortID]: of ten million random ids, no two are likely to begin with the same 12 characters.
func ColumnID(id string) string { return id[:min(len(id), columnIDLength)] }

// columnIDLength is the number of characters of an id in a table.
const columnIDLength = 12

// TypedID returns the id, or the beginning of one, that a user means: people copy ids as
// [ShortID] shows them.
func TypedID(ref string) string {
	if id, short := strings.CutSuffix(ref, "..."); short && len(id) == shortIDLength {
		return id
	}
	return ref
}

// ShortArchive returns text that distinguishes an archive from all others in its vault. For
// an object of a bucket it is the whole id, which contains the key that people know.
func ShortArchive(vaultURL string, id vault.ArchiveID) string {
	if vaulturl.IsBucket(vaultURL) {
		return string(id)
	}
	return ShortID(string(id))
}

// IsArchiveID reports whether text has the form of an archive's id in a Glacier vault or a
// directory.
func IsArchiveID(text string) bool {
	return len(text) == archiveIDLength && strings.Trim(text, idAlphabet) == ""
}

// isWholeID reports whether a word has the form of any id of Amazon Glacier, or of a short
// one.
func isWholeID(word string) bool {
	begin, isShort := strings.CutSuffix(word, "...")
	return strings.Trim(begin, idAlphabet) == "" && (isShort || len(word) == archiveIDLength || len(word) == jobIDLength)
}

// looksLikeID also accepts the beginning of an id, if it has a character that no option has.
func looksLikeID(word string) bool {
	return isWholeID(word) || strings.Trim(word, idAlphabet) == "" && strings.ContainsAny(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
}
