// Package inventory reads and writes the documents in which Amazon Glacier lists
// the archives of a vault ("Job Output" and "Initiate Job" in the developer
// guide): JSON, which tells everything, and CSV, which lacks the head.
//
// An inventory has no end that could be relied on to be near: ten million
// archives are 3.7 GB. So nothing here holds more than one entry and a window of
// fixed size, an entry that makes no sense is handed out as such while the list
// goes on, and a reading can be taken up again behind any entry.
//
// Whatever comes in is hostile: ids and sizes are checked, lengths and depths
// are limited before anything is parsed, and an endless entry ends nothing but
// itself. A description is text as it came; whoever shows it quotes it.
package inventory

import (
	"bytes"
	"fmt"
	"time"
	"unicode/utf8"

	"firn/vault"
)

const (
	maxID    = 1024     // characters; real ids have 92 or 138
	maxEntry = 64 << 10 // bytes of one entry; a description of 1,024 characters, all escaped, is 6 KiB
	maxRaw   = 1 << 10  // bytes of a bad entry that are handed out
)

// header is the first line of the CSV form, and the names of the fields.
const header = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash"

// byteOrderMark begins a text that went through an editor.
const byteOrderMark = "\xef\xbb\xbf"

// Head is what an inventory in JSON tells before its list.
type Head struct {
	VaultARN string
	Date     time.Time // when the vault made the list; UTC
}

// IsID reports whether the service can have given out id, for an archive, an
// upload or a job: 1 to 1,024 letters, digits, hyphens and underscores. Such an
// id is a safe step of a path, too.
func IsID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// SniffedBytes are enough for Sniff.
const SniffedBytes = 1 << 10

// Sniff tells the form of a document from its first bytes, of which SniffedBytes are
// enough. ErrInvalid means that it is no inventory in either form.
func Sniff(first []byte) (csv bool, err error) {
	first = bytes.TrimPrefix(first, []byte(byteOrderMark))
	before, _ := chatter(first)
	first = first[before:]
	if text := bytes.TrimLeft(first, " \t\r\n"); len(text) > 0 && text[0] == '{' {
		return false, nil
	}
	line, _, _ := bytes.Cut(first, []byte("\n"))
	if isHeader(line) {
		return true, nil
	}
	return false, fmt.Errorf("%w: it begins neither as an inventory in JSON nor as one in CSV: %.60q", vault.ErrInvalid, first)
}

// check says what keeps an archive from being an entry, or nothing.
func check(a vault.Archive) error {
	switch {
	case !IsID(string(a.ID)):
		return fmt.Errorf("not an archive id: %.300q", string(a.ID))
	case a.Size < 0:
		return fmt.Errorf("a size of %d bytes", a.Size)
	case !isDate(a.Created):
		return fmt.Errorf("not a date of an archive: %s", a.Created)
	case !utf8.ValidString(a.Description):
		return fmt.Errorf("the description is not text: %.300q", a.Description)
	}
	return nil
}

// isDate reports whether t can be a date of the service, and be written as one.
func isDate(t time.Time) bool { return t.Unix() >= 0 && t.UTC().Year() <= 9999 }
