package term

import (
	"bytes"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
)

// PlainJSON returns a writer that escapes characters that JSON allows but a terminal may
// obey or hide: C1 controls, marks that change the direction of writing, and the like. The
// document keeps its meaning, because such characters occur only inside strings. The caller
// must not split a character between two calls of Write.
func PlainJSON(w io.Writer) io.Writer { return plainJSON{w} }

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
