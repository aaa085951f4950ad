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

// flushAt is how many bytes a Writer gathers before it writes them.
const flushAt = 64 << 10

// Writer writes an inventory as the service does. It is not for many goroutines
// at once.
type Writer struct {
	w     io.Writer
	csv   bool
	buf   []byte // written so far, but not to w
	first bool   // no archive was added yet
	err   error  // what w answered
}

// NewWriter begins an inventory on w, as CSV or else as JSON. The error is that
// of w.
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

// Add writes one archive. An archive that [Reader] would call bad, and a
// description with a line feed, for which CSV has no way, is ErrInvalid and not
// written; the inventory stays whole. Every other error is that of the
// io.Writer, and it stays.
func (b *Writer) Add(a vault.Archive) error {
	if b.err != nil {
		return b.err
	}
	err := check(a)
	if err == nil {
		err = b.add(a)
	}
	if err != nil {
		return fmt.Errorf("archive %.300q: %w: %w", string(a.ID), vault.ErrInvalid, err)
	}
	return b.flush(flushAt)
}

// AddBad writes an entry for an archive that is there, but of which no more than
// this is known, and why, of which the first KiB is kept. A [Reader] takes it for
// bad, and so does any other, since dates and hashes do not have this form: in
// JSON they are null and the reason has a key of its own, in CSV they are empty
// and the reason stands where the description does. Errors are as for Add.
func (b *Writer) AddBad(id vault.ArchiveID, size int64, why string) error {
	if b.err != nil {
		return b.err
	}
	if !IsID(string(id)) || size < 0 {
		return fmt.Errorf("archive %.300q of %d bytes: %w: it cannot be an entry", string(id), size, vault.ErrInvalid)
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

// oneLine makes text of s that any form can hold.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// add is Add of an archive that was looked at, without what may be wrong with w.
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

// addID begins the object of an archive, up to the end of its id.
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

// addDescribed begins the line of an archive, up to the end of its description.
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

// Close ends the document and leaves w open. Until it has returned nil, the
// document is not all there.
func (b *Writer) Close() error {
	if b.err == nil && !b.csv {
		b.buf = append(b.buf, "]}"...)
	}
	return b.flush(1)
}

// flush writes what was gathered, if that is at least so many bytes.
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

// appendDate writes a date to the second, as real inventories have it.
func appendDate(buf []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(buf, "2006-01-02T15:04:05Z")
}

// appendText writes a JSON string that says s, which is UTF-8. It escapes no more
// than it must.
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
