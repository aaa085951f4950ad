package amazon

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// XML has no place for most control characters, not even escaped, and bytes that are
// no UTF-8 are in no document at all. Services write such keys into their lists all
// the same, as &#x3; or as they are, and one of them would make the whole list
// unreadable. So each byte of what XML does not carry is put as a character of its
// own that it does carry, from a range which nobody uses, and put back by [Carried].

const (
	firstCarrier = 0x10F000 // of 256 for private use, one for each byte
	lastCarrier  = firstCarrier + 0xFF
	// longestReference is that of a character: &#x10FFFF; or the same with zeros.
	longestReference = 16 // bytes
)

// carry makes a document one that XML carries. One that is so already comes back as
// it is, unless it has characters of the range.
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

// oddAt returns the bytes of the character with which text begins if XML does not
// carry it, else nil, and how many bytes of the text stand for it.
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

// reference reads a reference to a character by its number. The width is 0 if text
// begins with none.
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

// isCarried reports whether a character stands in a document as itself ("Characters"
// in the specification of XML 1.0), and stands for nothing else here.
func isCarried(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r < ' ', r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return r < firstCarrier || r > lastCarrier
}

// Carried is a text of a document as the service meant it, with what XML does not
// carry. The SDK's own values of a document that was read by [Answers.Read] need it
// wherever they may have any character, as keys do.
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
