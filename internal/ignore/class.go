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
		if i >= len(text) {
			return set{}, 0, errBracket
		}
		c := text[i]
		switch {
		case c == ']' && !first:
			if negated {
				for b := range members {
					members[b] = !members[b]
				}
			}
			members['/'] = false
			return members, i, nil
		case c == '-' && last >= 0 && i+1 < len(text) && text[i+1] != ']':
			if i++; text[i] == '\\' {
				i++
			}
			if i >= len(text) {
				return set{}, 0, errBracket
			}
			for b := last; b <= int(text[i]); b++ {
				members[b] = true
			}
			last = -1
		case c == '[' && i+1 < len(text) && text[i+1] == ':':
			var ok bool
			if i, ok = named(text, i, &members); !ok {
				return set{}, 0, errBracket
			}
			last = -1
		default:
			if c == '\\' {
				if i++; i >= len(text) {
					return set{}, 0, errBracket
				}
				c = text[i]
			}
			members[c] = true
			last = int(c)
		}
		i++
	}
}

// named adds the members of a class such as [:alpha:] that begins at text[i], and returns
// the index of its last byte. Without an end, the bracket is a member itself.
func named(text string, i int, members *set) (end int, ok bool) {
	n := strings.IndexByte(text[i+2:], ']')
	if n < 0 {
		return 0, false
	}
	if n == 0 || text[i+2+n-1] != ':' {
		members['['] = true
		return i, true
	}
	is, ok := classes[text[i+2:i+2+n-1]]
	if !ok {
		return 0, false
	}
	for b := range 128 {
		members[b] = members[b] || is(byte(b))
	}
	return i + 2 + n, true
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
