// Package inventory reads and writes the documents in which Amazon Glacier lists the
// archives of a vault ("Job Output" and "Initiate Job" in the developer guide). There are
// two forms: JSON, which is complete, and CSV, which lacks the head.
//
// An inventory can be very large: ten million archives take 3.7 GB. So this package never
// holds more than one entry and a window of fixed size. An entry that makes no sense is
// returned as a bad entry, and the list continues. Reading can be resumed behind any entry.
//
// All input is untrusted. Ids and sizes are checked, lengths and depths are limited before
// anything is parsed, and an endless entry does not use more memory. A description is
// returned unchanged; quote it before showing it.
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
	maxEntry = 64 << 10 // bytes of one entry; a description of 1,024 characters, all escaped, takes 6 KiB
	maxRaw   = 1 << 10  // bytes of a bad entry that are returned
)

// header is the first line of the CSV form: the names of its fields.
const header = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash"

// byteOrderMark is at the start of a text that some editors have saved.
const byteOrderMark = "\xef\xbb\xbf"

// Head is the information in front of the list of a JSON inventory.
type Head struct {
	VaultARN string
	Date     time.Time // UTC; when the vault made the list
}

// IsID reports whether id has the form of the service's ids for archives, uploads and jobs:
// 1 to 1,024 letters, digits, hyphens and underscores. Such an id is also safe as an
// element of a path.
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

// SniffedBytes is the number of bytes that Sniff needs.
const SniffedBytes = 1 << 10

// Sniff finds the form of a document from its first bytes, at most SniffedBytes. ErrInvalid
// means that it is no inventory in either form.
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
	return false, vault.Errorf(vault.ErrInvalid, "it begins neither as an inventory in JSON nor as one in CSV: %.60q", first)
}

// check returns an error if an archive cannot be an entry.
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

// isDate reports whether t can be a date of the service and can be written as one.
func isDate(t time.Time) bool { return t.Unix() >= 0 && t.UTC().Year() <= 9999 }
