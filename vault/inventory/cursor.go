package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// errObject reports an object that contains something else than members.
var errObject = errors.New("the entry is no JSON")

// cursor iterates over the members of an object in memory.
type cursor struct {
	rest  []byte // the bytes between the braces that are left
	first bool   // the next member is the first
}

// member returns the name and the raw value of the next member, or no name if there is
// none. The value is not empty, but may be invalid JSON.
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

// value consumes space and a value and returns the value.
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

// skip consumes space and the byte b, if it is there.
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

// textOf returns the text of a JSON string. The result may share memory with raw.
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

func isValue(raw []byte) bool { return json.Valid(raw) && utf8.Valid(raw) }
