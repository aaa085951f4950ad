package ignore

import (
	"strings"
)

// A set of bytes.
type set [256]bool

// parseClass parses a character class such as [a-z], [!a] or [[:digit:]] that begins after
// the bracket at text[i-1]. It returns the index of the closing bracket. It follows git's
// wildmatch.c, in which a bracket at the first place is a member.
func parseClass(text string, i int) (members set, end int, err error) {
	negated := i < len(text) && (text[i] == '!' || text[i] == '^')
	if negated {
		i++
	}
	last := -1 // the member before, which may begin a range
	for first := true; ; first = false {
		switch {
		case i >= len(text):
			return set{}, 0, errBracket
		case text[i] == ']' && !first:
			return members.but('/', negated), i, nil
		case text[i] == '[' && i+1 < len(text) && text[i+1] == ':':
			i, err = named(text, i, &members)
			last = -1
		case text[i] == '-' && last >= 0 && i+1 < len(text) && text[i+1] != ']':
			var end byte
			end, i, err = member(text, i+1)
			for b := last; b <= int(end); b++ {
				members[b] = true
			}
			last = -1
		default:
			var c byte
			c, i, err = member(text, i)
			members[c] = true
			last = int(c)
		}
		if err != nil {
			return set{}, 0, err
		}
	}
}

// but returns the set, or the other bytes if negated, without b.
func (s set) but(b byte, negated bool) set {
	for i := range s {
		s[i] = s[i] != negated
	}
	s[b] = false
	return s
}

// member returns the byte at text[i], or the one after a backslash, and the index after it.
func member(text string, i int) (c byte, next int, err error) {
	if i < len(text) && text[i] == '\\' {
		i++
	}
	if i >= len(text) {
		return 0, 0, errBracket
	}
	return text[i], i + 1, nil
}

// named adds the members of a class such as [:alpha:] that begins at text[i], and returns
// the index after it. Without an end, the bracket is a member itself.
func named(text string, i int, members *set) (next int, err error) {
	n := strings.IndexByte(text[i+2:], ']')
	if n < 0 {
		return 0, errBracket
	}
	if n == 0 || text[i+2+n-1] != ':' {
		members['['] = true
		return i + 1, nil
	}
	is, ok := classes[text[i+2:i+2+n-1]]
	if !ok {
		return 0, errClass
	}
	for b := range 128 {
		members[b] = members[b] || is(byte(b))
	}
	return i + 2 + n + 1, nil
}

var classes = map[string]func(c byte) bool{
	"alpha":  alpha,
	"digit":  digit,
	"alnum":  func(c byte) bool { return alpha(c) || digit(c) },
	"upper":  func(c byte) bool { return c >= 'A' && c <= 'Z' },
	"lower":  func(c byte) bool { return c >= 'a' && c <= 'z' },
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"space":  func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
	"graph":  func(c byte) bool { return c > ' ' && c < 0x7f },
	"print":  func(c byte) bool { return c >= ' ' && c < 0x7f },
	"punct":  func(c byte) bool { return c > ' ' && c < 0x7f && !alpha(c) && !digit(c) },
	"xdigit": func(c byte) bool { return digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' },
}

func alpha(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool { return c >= '0' && c <= '9' }

// writeClass writes a set as a class of package doublestar. A set without members matches
// no name, and neither does the class of the slash.
func writeClass(out *strings.Builder, members set) {
	out.WriteByte('[')
	empty := true
	for b := 0; b < len(members); b++ {
		if !members[b] {
			continue
		}
		empty = false
		end := b
		for end+1 < len(members) && members[end+1] {
			end++
		}
		literal(out, byte(b))
		if end > b {
			out.WriteByte('-')
			literal(out, byte(end))
		}
		b = end
	}
	if empty {
		out.WriteByte('/')
	}
	out.WriteByte(']')
}
