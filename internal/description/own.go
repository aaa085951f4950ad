package description

import (
	"fmt"
	"strings"
)

// FromName returns the description in which firn keeps the name of an archive. It is the
// name itself if a description can contain it and [Decode] does not take it for anything
// else. Otherwise it has some bytes as %XX in upper case: bytes that are not printable
// ASCII, a space at either end, which an HTTP header loses, and then also "%". Decode
// restores every name that is not empty and has no NUL.
func FromName(name string) string {
	if isKept(name) && Decode(name).Name == name {
		return name
	}
	if text := escape(name, 0); !isOfTool(text) {
		return text
	}
	return escape(name, 1) // no tool's form begins with a "%"
}

// ownName decodes the result of FromName. It decodes a text only if FromName returns
// exactly this text for the name. For example, "50%25 off" has an escaped "%" although
// nothing else needs escaping, so somebody meant it literally.
func ownName(text string) (string, bool) {
	name, ok := unescape(text)
	return name, ok && FromName(name) == text
}

// isOfTool reports whether a text is the description of another tool.
func isOfTool(text string) bool {
	d, ok := decode(text)
	return ok && usable(d.Name)
}

// isKept reports whether a description can contain a name unchanged.
func isKept(name string) bool {
	for i := range len(name) {
		if !keeps(name, i) {
			return false
		}
	}
	return true
}

func keeps(name string, i int) bool {
	isInside := 0 < i && i < len(name)-1
	return ' ' < name[i] && name[i] <= '~' || name[i] == ' ' && isInside
}

// escape writes as %XX the bytes of a name that a description cannot contain, each "%", and
// the first bytes, whatever they are.
func escape(name string, first int) string {
	var text strings.Builder
	for i := range len(name) {
		if i >= first && keeps(name, i) && name[i] != '%' {
			text.WriteByte(name[i])
		} else {
			fmt.Fprintf(&text, "%%%02X", name[i])
		}
	}
	return text.String()
}

// unescape is the inverse of escape. It fails if nothing is escaped, if a "%" does not
// begin an escape, and for a text that cannot be a name.
func unescape(text string) (string, bool) {
	const digits = "0123456789ABCDEF"
	var name strings.Builder
	escaped := false
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			name.WriteByte(text[i])
			continue
		}
		if len(text)-i < 3 {
			return "", false
		}
		high, low := strings.IndexByte(digits, text[i+1]), strings.IndexByte(digits, text[i+2])
		if high < 0 || low < 0 || high == 0 && low == 0 {
			return "", false
		}
		name.WriteByte(byte(high<<4 | low))
		escaped = true
		i += 2
	}
	return name.String(), escaped
}
