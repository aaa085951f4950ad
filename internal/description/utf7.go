package description

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeUTF7 decodes UTF-7 (RFC 2152): ASCII in which +…- encloses base64 of UTF-16 units,
// high byte first, and +- is a plus sign. The hyphen may be missing before a character that
// is not in the base64 alphabet. Other ASCII characters represent themselves, including \
// and ~, which the RFC excludes but Windows paths contain.
//
// It fails for text that cannot be UTF-7: if it contains other characters than ASCII, if
// the remaining bits are a whole character of base64 or not zero, or if it contains half a
// surrogate pair.
func decodeUTF7(s string) (string, bool) {
	var out strings.Builder
	for {
		plain, rest, shifted := strings.Cut(s, "+")
		if !isASCII(plain) {
			return "", false
		}
		out.WriteString(plain)
		if !shifted {
			return out.String(), true
		}
		length := 0
		for length < len(rest) && base64Value(rest[length]) >= 0 {
			length++
		}
		switch {
		case length > 0:
			if !writeShifted(&out, rest[:length]) {
				return "", false
			}
			s = strings.TrimPrefix(rest[length:], "-")
		case strings.HasPrefix(rest, "-"):
			out.WriteByte('+')
			s = rest[1:]
		default:
			return "", false
		}
	}
}

// writeShifted writes the characters of base64 text.
func writeShifted(out *strings.Builder, text string) bool {
	bits, held, high := uint32(0), 0, rune(0)
	for i := range len(text) {
		bits = bits<<6 | uint32(base64Value(text[i]))
		held += 6
		if held < 16 {
			continue
		}
		held -= 16
		unit := rune(bits >> held)
		bits &= 1<<held - 1
		switch {
		case high != 0 && isLow(uint16(unit)):
			out.WriteRune(utf16.DecodeRune(high, unit))
			high = 0
		case high != 0 || isLow(uint16(unit)):
			return false
		case isHigh(uint16(unit)):
			high = unit
		default:
			out.WriteRune(unit)
		}
	}
	return high == 0 && held < 6 && bits == 0
}

// base64Value returns the six bits of a base64 character, or -1.
func base64Value(c byte) int {
	switch {
	case 'A' <= c && c <= 'Z':
		return int(c - 'A')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 26
	case '0' <= c && c <= '9':
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return -1
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
