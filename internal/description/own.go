package description

import (
	"fmt"
	"strings"
)

// FromName returns the description by which firn keeps the name of an archive: the
// name itself where a description can hold it and [Decode] takes it for nothing
// else. Otherwise bytes are written as %XX, in upper case: what is not printable
// ASCII, a space at either end, which an HTTP header loses, and then "%" itself.
// Decode reads every name back that is not empty and has no NUL.
func FromName(name string) string {
	if isKept(name) && Decode(name).Name == name {
		return name
	}
	if text := escape(name, 0); !isOfTool(text) {
		return text
	}
	return escape(name, 1) // no tool's form begins with a "%"
}

// ownName reads what FromName has written. A text is read so only if FromName writes
// the very same for the name: "50%25 off", whose "%" nothing asked to be escaped, is
// what somebody meant literally.
func ownName(text string) (string, bool) {
	name, ok := unescape(text)
	return name, ok && FromName(name) == text
}

// isOfTool reports whether a text is the description of another tool.
func isOfTool(text string) bool {
	d, ok := decode(text)
	return ok && usable(d.Name)
}

// isKept reports whether a description keeps every byte of a name as it is.
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

// escape writes as %XX what a description does not keep of a name, each "%", and the
// first bytes whatever they are.
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

// unescape undoes escape. It fails if nothing is escaped, if a "%" begins no
// escape, and for what cannot be a name.
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
