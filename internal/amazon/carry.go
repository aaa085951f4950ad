package amazon

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// XML cannot represent most control characters, not even escaped, and bytes that are not
// UTF-8 are in no valid document. Services nevertheless write such keys into their lists,
// as &#x3; or unchanged, and a single one would make the whole list unreadable. So carry
// replaces each byte that XML cannot represent by a character of a private range that
// nobody uses, and [Carried] converts it back.

const (
	firstCarrier = 0x10F000 // the first of 256 characters for private use, one for each byte
	lastCarrier  = firstCarrier + 0xFF
	// longestReference is the length of a reference to a character: &#x10FFFF; or the same
	// with leading zeros.
	longestReference = 16 // bytes
)

// carry makes a document valid XML. It does not change a valid document, unless that
// contains characters of the private range.
func carry(document []byte) []byte {
	carried := make([]byte, 0, len(document))
	for rest := document; len(rest) > 0; {
		odd, width := oddAt(rest)
		if odd == nil {
			carried = append(carried, rest[:width]...)
		}
		for _, b := range odd {
			carried = utf8.AppendRune(carried, firstCarrier+rune(b))
		}
		rest = rest[width:]
	}
	return carried
}

// oddAt returns the bytes of the first character of text if XML cannot represent it, else
// nil, and the number of bytes that represent the character in text.
func oddAt(text []byte) (odd []byte, width int) {
	r, width := utf8.DecodeRune(text)
	switch {
	case r == utf8.RuneError && width == 1:
		return text[:1], 1
	case r == '&':
		if r, width = reference(text); width == 0 {
			return nil, 1
		}
	}
	if isCarried(r) {
		return nil, width
	}
	return utf8.AppendRune(nil, r), width
}

// reference parses a numeric character reference. The width is 0 if text does not begin
// with one.
func reference(text []byte) (r rune, width int) {
	digits, isOne := bytes.CutPrefix(text[:min(len(text), longestReference)], []byte("&#"))
	digits, _, isWhole := bytes.Cut(digits, []byte(";"))
	base, width := 10, len("&#")+len(digits)+len(";")
	if hex, isHex := bytes.CutPrefix(digits, []byte("x")); isHex {
		base, digits = 16, hex
	}
	n, err := strconv.ParseUint(string(digits), base, 21)
	if !isOne || !isWhole || err != nil || !utf8.ValidRune(rune(n)) {
		return 0, 0
	}
	return rune(n), width
}

// isCarried reports whether XML can represent a character ("Characters" in the
// specification of XML 1.0) and carry does not use it.
func isCarried(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r < ' ', r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return r < firstCarrier || r > lastCarrier
}

// Carried restores the bytes that carry replaced. Use it for values from documents that
// [Answers.Read] has read, if they may contain any character, as keys do.
func Carried(text string) string {
	isCarrier := func(r rune) bool { return r >= firstCarrier && r <= lastCarrier }
	if !strings.ContainsFunc(text, isCarrier) {
		return text
	}
	var plain strings.Builder
	for _, r := range text {
		if isCarrier(r) {
			plain.WriteByte(byte(r - firstCarrier))
		} else {
			plain.WriteRune(r)
		}
	}
	return plain.String()
}
