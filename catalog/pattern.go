package catalog

import (
	"strings"
	"unicode/utf8"
)

// longestGlob is how long a GLOB may be, in bytes; SQLite refuses those of 50,000.
const longestGlob = 10_000

// mayMatchSlash reports whether a valid pattern of package doublestar may match a
// text that holds a slash. Neither * nor ? does.
func mayMatchSlash(pattern string) bool {
	return strings.ContainsAny(pattern, "/[{") || strings.Contains(pattern, "**")
}

// superset returns, for a valid pattern of package doublestar, with what all texts
// begin that match it, and a pattern of SQLite's GLOB that all of them match.
// GLOB's * stands for any text.
//
// What is not plain ASCII becomes a *, since SQLite splits invalid UTF-8 otherwise
// than doublestar does. It compares a text up to its first NUL; no file's name has
// one.
func superset(pattern string) (prefix, glob string) {
	if !utf8.ValidString(pattern) || strings.ContainsRune(pattern, utf8.RuneError) {
		return "", "*" // doublestar takes all invalid bytes for the same
	}
	t := translation{braces: strings.Contains(pattern, "{")}
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**"):
			// a/**/b matches a/b, and a/** matches a.
			t.trimSlash()
			t.star()
			for i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '/') {
				i++
			}
		case c == '*' || c == '?':
			t.star()
		case c == '[':
			t.star()
			i = classEnd(pattern, i)
		case c == '{':
			t.star()
			i = braceEnd(pattern, i)
		case c == '\\' && i+1 < len(pattern):
			i++
			t.text(pattern[i])
		default:
			t.text(c)
		}
	}
	if t.braces { // what is in them may make a ** of what is beside them
		t.prefix = strings.TrimSuffix(t.prefix, "/")
	}
	if len(t.glob) > longestGlob {
		t.glob = "*"
	}
	return t.prefix, t.glob
}

// translation is a pattern on its way to a prefix and a GLOB.
type translation struct {
	prefix, glob string
	special      bool // the prefix has ended
	braces       bool // the pattern has some
}

// text adds a byte that stands for itself.
func (t *translation) text(c byte) {
	if !t.special {
		t.prefix += string([]byte{c})
	}
	switch {
	case c >= utf8.RuneSelf || c == 0 || c == '/' && t.braces:
		t.any()
	case strings.IndexByte("*?[", c) >= 0:
		t.glob += "[" + string(rune(c)) + "]"
	default:
		t.glob += string(rune(c))
	}
}

// star adds something that stands for other texts.
func (t *translation) star() {
	t.special = true
	t.any()
}

func (t *translation) any() {
	if !strings.HasSuffix(t.glob, "*") {
		t.glob += "*"
	}
}

// trimSlash takes back a slash.
func (t *translation) trimSlash() {
	t.glob = strings.TrimSuffix(t.glob, "/")
	if !t.special {
		t.prefix = strings.TrimSuffix(t.prefix, "/")
	}
}

// classEnd returns the index of the ] that ends the class which begins at i.
func classEnd(pattern string, i int) int {
	for i++; i < len(pattern) && pattern[i] != ']'; i++ {
		if pattern[i] == '\\' {
			i++
		}
	}
	return i
}

// braceEnd returns the index of the } that ends the alternatives which begin at i.
func braceEnd(pattern string, i int) int {
	for depth := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '[':
			i = classEnd(pattern, i)
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return i
}
