package main

import (
	"bytes"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
)

// plainJSON writes JSON in which every character can be seen: what JSON lets through but
// a terminal may obey, or hides, is escaped (controls of C1, marks that turn the direction
// of writing, and the like). It means the same, as such characters stand in strings alone.
// Each call writes whole characters.
type plainJSON struct{ w io.Writer }

func (p plainJSON) Write(b []byte) (int, error) {
	hidden := func(r rune) bool { return r > '~' && !unicode.IsPrint(r) }
	if !bytes.ContainsFunc(b, hidden) {
		return p.w.Write(b)
	}
	var plain bytes.Buffer
	for _, r := range string(b) {
		switch first, second := utf16.EncodeRune(r); {
		case !hidden(r):
			plain.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&plain, `\u%04x\u%04x`, first, second)
		default:
			fmt.Fprintf(&plain, `\u%04x`, r)
		}
	}
	if _, err := p.w.Write(plain.Bytes()); err != nil {
		return 0, err
	}
	return len(b), nil
}
