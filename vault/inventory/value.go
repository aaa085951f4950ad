package inventory

import (
	"bytes"
	"errors"
)

// maxDepth is the deepest nesting of values that is accepted. Real inventories have a depth
// of 2 below the list.
const maxDepth = 32

var (
	errDepth    = errors.New("values are nested too deep")
	errBrackets = errors.New("brackets and braces do not match")
)

// scan finds the end of one JSON object, array or string, whose bytes may come in pieces.
// It looks only at brackets, braces and quotes. So the value it finds may be invalid JSON,
// but a valid value would end at the same byte.
type scan struct {
	depth   int
	braces  uint64 // of the open ones, innermost in bit 0: 1 a brace, 0 a bracket
	text    bool   // within quotes
	escaped bool   // behind a backslash
}

// feed scans the next piece. It returns the number of its bytes that belong to the value,
// and whether the value ends with them.
func (s *scan) feed(b []byte) (n int, done bool, err error) {
	for n < len(b) {
		if s.text {
			n += s.feedText(b[n:])
			if !s.text && s.depth == 0 {
				return n, true, nil
			}
			continue
		}
		c := b[n]
		n++
		switch c {
		case '"':
			s.text = true
		case '{', '[':
			if s.depth == maxDepth {
				return n, false, errDepth
			}
			s.depth++
			s.braces <<= 1
			if c == '{' {
				s.braces |= 1
			}
		case '}', ']':
			if s.depth == 0 || (c == '}') != (s.braces&1 == 1) {
				return n, false, errBrackets
			}
			s.depth--
			s.braces >>= 1
			if s.depth == 0 {
				return n, true, nil
			}
		}
	}
	return n, false, nil
}

// feedText is feed inside quotes: it stops behind the closing quote.
func (s *scan) feedText(b []byte) (n int) {
	for n < len(b) {
		if s.escaped {
			s.escaped = false
			n++
			continue
		}
		quote := bytes.IndexByte(b[n:], '"')
		plain := b[n:]
		if quote >= 0 {
			plain = b[n : n+quote]
		}
		if i := bytes.IndexByte(plain, '\\'); i >= 0 {
			s.escaped = true
			n += i + 1
			continue
		}
		if quote < 0 {
			return len(b)
		}
		s.text = false
		return n + quote + 1
	}
	return n
}

// value is one JSON value of a document. Its bytes are valid until the source moves on.
type value struct {
	raw []byte // the whole value, or only the beginning of a value that is too long
	cut bool   // the value is longer than maxEntry
}

// value consumes the next JSON value and returns it. The caller has consumed the space
// before it.
func (s *source) value() (value, error) {
	first, ok := s.peek()
	if !ok {
		return value{}, s.early()
	}
	find := feedWord
	if first == '{' || first == '[' || first == '"' {
		find = new(scan).feed
	}
	var cut []byte
	seen := 0 // bytes of the value ahead that were scanned
	for {
		n, done, err := find(s.ahead()[seen:])
		seen += n
		if err != nil {
			s.pass(seen)
			return value{}, s.wrong("%s", err)
		}
		if done {
			break
		}
		if seen > maxEntry {
			cut = append(cut, s.ahead()[:min(seen, maxRaw-len(cut))]...)
			s.pass(seen)
			seen = 0
		}
		if !s.more() {
			return value{}, s.early()
		}
	}
	raw := s.ahead()[:seen]
	s.pass(seen)
	if cut != nil || seen > maxEntry {
		cut = append(cut, raw[:min(seen, maxRaw-len(cut))]...)
		return value{raw: cut, cut: true}, nil
	}
	return value{raw: raw}, nil
}

// feedWord finds the end of a value that is no object, array or string: it ends before the
// next structural byte or space. An empty result means that there is no JSON value.
func feedWord(b []byte) (n int, done bool, err error) {
	if i := bytes.IndexAny(b, ",:]}[{\" \t\r\n"); i >= 0 {
		return i, true, nil
	}
	return len(b), false, nil
}

// skipSpace consumes white space and returns the byte behind it without consuming it.
func (s *source) skipSpace() (c byte, ok bool) {
	for {
		c, ok = s.peek()
		if !ok || !isSpace(c) {
			return c, ok
		}
		s.pass(1)
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
