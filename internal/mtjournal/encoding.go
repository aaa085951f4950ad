package mtjournal

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding is the character encoding of the names in a journal. The zero Encoding is UTF-8.
// The other fields are ASCII in every encoding.
type Encoding struct {
	is encoding.Encoding // nil: UTF-8
}

// ParseEncoding returns the encoding with one of its usual names, in upper or lower case,
// such as latin1, cp1251, koi8-r or shift_jis.
func ParseEncoding(name string) (Encoding, error) {
	name = strings.TrimSpace(name)
	is, err := htmlindex.Get(name)
	if err != nil {
		is, err = ianaindex.IANA.Encoding(name)
	}
	if err != nil || is == nil {
		return Encoding{}, fmt.Errorf("%.40q is not a known encoding, such as latin1, windows-1251, koi8-r or shift_jis", name)
	}
	canonical, _ := htmlindex.Name(is)
	if canonical == "utf-8" || strings.HasPrefix(canonical, "utf-16") { // UTF-16 is recognised by its byte order mark
		return Encoding{}, nil
	}
	return Encoding{is}, nil
}

// decode converts a name to UTF-8. If the bytes are not text in this encoding, it returns
// them unchanged and false.
func (e Encoding) decode(name string) (string, bool) {
	if e.is == nil {
		return name, utf8.ValidString(name)
	}
	text, err := e.is.NewDecoder().String(name)
	if err != nil || strings.ContainsRune(text, utf8.RuneError) {
		return name, false
	}
	return text, true
}

// decode converts the name of a record to UTF-8.
func (r *Record) decode(names Encoding) {
	text, ok := names.decode(r.Name)
	r.Name, r.Undecoded = text, !ok
}

// unmarked returns a reader of r without its byte order mark, if there is one. It converts
// UTF-16, which always has a mark here, to UTF-8.
func unmarked(r io.Reader) io.Reader {
	in := bufio.NewReader(r)
	first, _ := in.Peek(len(utf8Mark)) // the next read returns the same error
	switch {
	case isUTF16(first):
		return transform.NewReader(in, utf16().NewDecoder())
	case bytes.HasPrefix(first, []byte(utf8Mark)):
		_, _ = in.Discard(len(utf8Mark)) // Peek has shown that they are there
	}
	return in
}

const utf8Mark = "\xef\xbb\xbf"

func utf16() encoding.Encoding { return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM) }

// isUTF16 reports whether text begins with a byte order mark of UTF-16.
func isUTF16(first []byte) bool {
	return bytes.HasPrefix(first, []byte("\xff\xfe")) || bytes.HasPrefix(first, []byte("\xfe\xff"))
}
