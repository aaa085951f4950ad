package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// errObject is what is wrong with an object between whose braces something other
// than members stands.
var errObject = errors.New("the entry is no JSON")

// cursor walks the members of an object that is in memory.
type cursor struct {
	rest  []byte // between the braces, what was not yet passed
	first bool   // no member was passed yet
}

// member returns the name and the value of the next member, the value as it
// stands there; no name when there is none. The value may still be no JSON, but
// is not empty.
func (c *cursor) member() (name, content []byte, err error) {
	c.skipSpace()
	switch {
	case len(c.rest) == 0:
		return nil, nil, nil
	case !c.first && !c.skip(','):
		return nil, nil, errObject
	}
	c.first = false
	raw, ok := c.value()
	if !ok {
		return nil, nil, errObject
	}
	if name, err = textOf(raw); err != nil {
		return nil, nil, fmt.Errorf("%w: a name: %w", errObject, err)
	}
	if !c.skip(':') {
		return nil, nil, errObject
	}
	if content, ok = c.value(); !ok {
		return nil, nil, errObject
	}
	return name, content, nil
}

// value passes space and a value and returns it.
func (c *cursor) value() (raw []byte, ok bool) {
	c.skipSpace()
	if len(c.rest) == 0 {
		return nil, false
	}
	var n int
	switch c.rest[0] {
	case '"', '{', '[':
		var s scan
		var done bool
		var err error
		if n, done, err = s.feed(c.rest); err != nil || !done {
			return nil, false
		}
	default:
		n, _, _ = feedWord(c.rest)
	}
	raw, c.rest = c.rest[:n], c.rest[n:]
	return raw, n > 0
}

// skip passes space and the byte b, if it is there.
func (c *cursor) skip(b byte) bool {
	c.skipSpace()
	if len(c.rest) == 0 || c.rest[0] != b {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

func (c *cursor) skipSpace() {
	for len(c.rest) > 0 && isSpace(c.rest[0]) {
		c.rest = c.rest[1:]
	}
}

// textOf returns what a JSON string says. It is good as long as raw is.
func textOf(raw []byte) ([]byte, error) {
	if len(raw) < 2 || raw[0] != '"' {
		return nil, fmt.Errorf("no text: %.100q", raw)
	}
	if !utf8.Valid(raw) {
		return nil, fmt.Errorf("not in UTF-8: %.100q", raw)
	}
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		for _, b := range inner {
			if b < 0x20 {
				return nil, fmt.Errorf("a control character in text: %.100q", raw)
			}
		}
		return inner, nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, fmt.Errorf("an escape that does not exist: %.100q", raw)
	}
	return []byte(text), nil
}

// isValue reports whether raw is one JSON value.
func isValue(raw []byte) bool { return json.Valid(raw) && utf8.Valid(raw) }
