package ignore

import (
	"errors"
	"strings"
)

var (
	errBracket = errors.New("a bracket is not closed")
	errClass   = errors.New("it has an unknown class of characters")
)

// translate writes a pattern of git, whose unit is the byte, as one of package doublestar,
// whose unit is the rune: each byte becomes the rune of its number.
func translate(text string) (string, error) {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '*':
			if i == 0 || text[i-1] != '*' || escaped(text, i-1) {
				out.WriteByte('*') // ** inside of a name is *
			}
		case '?':
			out.WriteByte('?')
		case '\\':
			if i++; i == len(text) {
				return "", errors.New("it ends with a backslash")
			}
			literal(&out, text[i])
		case '[':
			set, end, err := parseClass(text, i+1)
			if err != nil {
				return "", err
			}
			writeClass(&out, set)
			i = end
		default:
			literal(&out, c)
		}
	}
	return out.String(), nil
}

// escaped reports whether a backslash that is not escaped itself precedes text[i].
func escaped(text string, i int) bool {
	n := 0
	for i--; i >= 0 && text[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

func literal(out *strings.Builder, c byte) {
	if strings.IndexByte(`*?[]{}\,-!^`, c) >= 0 {
		out.WriteByte('\\')
	}
	out.WriteRune(rune(c))
}

// runes returns the bytes of a name as runes.
func runes(name string) string {
	for i := range len(name) {
		if name[i] >= 0x80 {
			var out strings.Builder
			for i := range len(name) {
				out.WriteRune(rune(name[i]))
			}
			return out.String()
		}
	}
	return name
}
