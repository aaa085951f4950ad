package inventory

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"firn/vault"
)

// flushAt is the number of bytes that a Writer collects before it writes them.
const flushAt = 64 << 10

// Writer writes an inventory as the service does. Only one goroutine may use it at a time.
type Writer struct {
	w     io.Writer
	csv   bool
	buf   []byte // bytes that were not yet written to w
	first bool   // no archive was added yet
	err   error  // the error of w
}

// NewWriter begins an inventory on w, in CSV or else in JSON. An error comes from w.
func NewWriter(w io.Writer, csv bool, head Head) (*Writer, error) {
	b := &Writer{w: w, csv: csv, buf: make([]byte, 0, flushAt+maxEntry), first: true}
	if csv {
		b.buf = append(b.buf, header+"\r\n"...)
	} else {
		b.buf = append(b.buf, `{"VaultARN":`...)
		b.buf = appendText(b.buf, head.VaultARN)
		b.buf = append(b.buf, `,"InventoryDate":"`...)
		b.buf = appendDate(b.buf, head.Date)
		b.buf = append(b.buf, `","ArchiveList":[`...)
	}
	return b, b.flush(flushAt)
}

// Add writes one archive. It returns ErrInvalid and writes nothing for an archive that a
// [Reader] would call bad, or, in CSV, for a description with a line feed, which CSV cannot
// represent. The inventory stays valid after that. Any other error comes from the
// io.Writer, and later calls return it again.
func (b *Writer) Add(a vault.Archive) error {
	if b.err != nil {
		return b.err
	}
	err := check(a)
	if err == nil {
		err = b.add(a)
	}
	if err != nil {
		return vault.Errorf(vault.ErrInvalid, "archive %.300q: %w", string(a.ID), err)
	}
	return b.flush(flushAt)
}

// AddBad writes an entry for an archive with a known id and size, and nothing else known.
// The entry keeps the first KiB of the reason why. A [Reader] and other readers will call
// the entry bad, since it has no valid date and hash: in JSON they are null and the reason
// has its own key; in CSV they are empty and the reason takes the field of the description.
// Errors are as for Add.
func (b *Writer) AddBad(id vault.ArchiveID, size int64, why string) error {
	if b.err != nil {
		return b.err
	}
	if !IsID(string(id)) || size < 0 {
		return vault.Errorf(vault.ErrInvalid, "archive %.300q of %d bytes: it cannot be an entry", string(id), size)
	}
	why = oneLine(why[:min(len(why), maxRaw)])
	if b.csv {
		b.addDescribed(id, why)
		b.buf = append(b.buf, ',', ',')
		b.buf = strconv.AppendInt(b.buf, size, 10)
		b.buf = append(b.buf, ",\r\n"...)
	} else {
		b.addID(id)
		b.buf = append(b.buf, `","ArchiveDescription":null,"CreationDate":null,"Size":`...)
		b.buf = strconv.AppendInt(b.buf, size, 10)
		b.buf = append(b.buf, `,"SHA256TreeHash":null,"Damaged":`...)
		b.buf = appendText(b.buf, why)
		b.buf = append(b.buf, '}')
	}
	b.first = false
	return b.flush(flushAt)
}

// oneLine replaces control characters and invalid UTF-8 in s.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// add adds an archive that has been checked.
func (b *Writer) add(a vault.Archive) error {
	before := len(b.buf)
	switch {
	case !b.csv:
		b.addObject(a)
	case strings.Contains(a.Description, "\n"):
		return fmt.Errorf("CSV cannot hold a description with a line feed: %.300q", a.Description)
	default:
		b.addLine(a)
	}
	if len(b.buf)-before > maxEntry {
		b.buf = b.buf[:before]
		return errTooLong
	}
	b.first = false
	return nil
}

func (b *Writer) addObject(a vault.Archive) {
	b.addID(a.ID)
	b.buf = append(b.buf, `","ArchiveDescription":`...)
	b.buf = appendText(b.buf, a.Description)
	b.buf = append(b.buf, `,"CreationDate":"`...)
	b.buf = appendDate(b.buf, a.Created)
	b.buf = append(b.buf, `","Size":`...)
	b.buf = strconv.AppendInt(b.buf, a.Size, 10)
	b.buf = append(b.buf, `,"SHA256TreeHash":"`...)
	b.buf = append(b.buf, a.TreeHash.String()...)
	b.buf = append(b.buf, `"}`...)
}

// addID writes the beginning of an archive's object, up to the end of its id.
func (b *Writer) addID(id vault.ArchiveID) {
	if !b.first {
		b.buf = append(b.buf, ',')
	}
	b.buf = append(b.buf, `{"ArchiveId":"`...)
	b.buf = append(b.buf, id...)
}

func (b *Writer) addLine(a vault.Archive) {
	b.addDescribed(a.ID, a.Description)
	b.buf = append(b.buf, ',')
	b.buf = appendDate(b.buf, a.Created)
	b.buf = append(b.buf, ',')
	b.buf = strconv.AppendInt(b.buf, a.Size, 10)
	b.buf = append(b.buf, ',')
	b.buf = append(b.buf, a.TreeHash.String()...)
	b.buf = append(b.buf, "\r\n"...)
}

// addDescribed writes the beginning of an archive's line, up to the end of its description.
func (b *Writer) addDescribed(id vault.ArchiveID, description string) {
	b.buf = append(b.buf, id...)
	b.buf = append(b.buf, ',')
	if strings.ContainsAny(description, `,"`) {
		b.buf = append(b.buf, '"')
		b.buf = append(b.buf, strings.ReplaceAll(description, `"`, `\"`)...)
		b.buf = append(b.buf, '"')
	} else {
		b.buf = append(b.buf, description...)
	}
}

// Close ends the document but does not close w. The document is complete only after Close
// has returned nil.
func (b *Writer) Close() error {
	if b.err == nil && !b.csv {
		b.buf = append(b.buf, "]}"...)
	}
	return b.flush(1)
}

// flush writes the collected bytes if they are at least least bytes.
func (b *Writer) flush(least int) error {
	if b.err != nil || len(b.buf) < least {
		return b.err
	}
	n, err := b.w.Write(b.buf)
	if err == nil && n < len(b.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		b.err = fmt.Errorf("write the inventory: %w", err)
	}
	b.buf = b.buf[:0]
	return b.err
}

// appendDate writes a date in seconds, as in real inventories.
func appendDate(buf []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(buf, "2006-01-02T15:04:05Z")
}

// appendText writes s, which is UTF-8, as a JSON string. It escapes only what JSON
// requires.
func appendText(buf []byte, s string) []byte {
	const digits, short = "0123456789abcdef", "\b\t\n\f\r"
	buf = append(buf, '"')
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			buf = append(buf, c)
			continue
		}
		if j := strings.IndexByte(short, c); j >= 0 {
			buf = append(buf, '\\', "btnfr"[j])
		} else if c >= 0x20 {
			buf = append(buf, '\\', c)
		} else {
			buf = append(buf, '\\', 'u', '0', '0', digits[c>>4], digits[c&0xf])
		}
	}
	return append(buf, '"')
}
