package inventory

import (
	"fmt"
	"io"

	"firn/vault"
)

// state is the state of a reader of a JSON document.
type state int

const (
	atStart     state = iota // before the opening brace
	firstKey                 // behind the opening brace
	behindValue              // behind the value of a key of the head
	firstEntry               // behind the opening bracket of the list
	behindEntry              // behind an entry of the list
	atEnd                    // behind the closing brace
)

// jsonForm reads the JSON form: one object whose member ArchiveList contains the entries.
// Other members may precede and follow it.
type jsonForm struct {
	state  state
	listed bool // the list has been read
}

func (f *jsonForm) next(src *source, head *Head) (vault.Entry, error) {
	for {
		switch f.state {
		case atStart:
			src.skipChatter()
			if err := src.expect('{'); err != nil {
				return vault.Entry{}, err
			}
			f.state = firstKey
		case firstKey, behindValue:
			if err := f.readKey(src, head); err != nil {
				return vault.Entry{}, err
			}
		case firstEntry, behindEntry:
			f.listed = true
			more, err := src.another(']', f.state == firstEntry)
			if err != nil {
				return vault.Entry{}, err
			}
			if !more {
				f.state = behindValue
				continue
			}
			f.state = behindEntry
			return readEntry(src)
		case atEnd:
			return vault.Entry{}, f.end(src)
		}
	}
}

// readKey reads a key of the document and its value, or, if the value is the list, only its
// opening bracket.
func (f *jsonForm) readKey(src *source, head *Head) error {
	more, err := src.another('}', f.state == firstKey)
	if err != nil {
		return err
	}
	if !more {
		if !f.listed {
			return src.wrong("it has no ArchiveList")
		}
		f.state = atEnd
		return nil
	}
	name, err := src.name()
	if err != nil {
		return err
	}
	if err := src.expect(':'); err != nil {
		return err
	}
	if name == "ArchiveList" {
		if f.listed {
			return src.wrong("it has two of ArchiveList")
		}
		f.state = firstEntry
		return src.expect('[')
	}
	src.skipSpace()
	v, err := src.value()
	if err != nil {
		return err
	}
	f.state = behindValue
	if v.cut {
		return nil
	}
	if !isValue(v.raw) {
		return src.wrong("the value of %.100q is no JSON: %.100q", name, v.raw)
	}
	head.learn(name, v.raw)
	return nil
}

// learn stores a member of the head. An invalid date is treated as no date.
func (h *Head) learn(name string, raw []byte) {
	text, err := textOf(raw)
	if err != nil {
		return
	}
	switch name {
	case "VaultARN":
		h.VaultARN = string(text)
	case "InventoryDate":
		h.Date, _ = parseDate(text)
	}
}

// end returns io.EOF if only space is left.
func (f *jsonForm) end(src *source) error {
	if c, ok := src.skipSpace(); ok {
		return src.wrong("it goes on with %q behind its end", c)
	}
	if !src.atEnd() {
		return src.early()
	}
	return io.EOF
}

func readEntry(src *source) (vault.Entry, error) {
	src.skipSpace()
	v, err := src.value()
	switch {
	case err != nil:
		return vault.Entry{}, err
	case len(v.raw) == 0:
		return vault.Entry{}, src.wrong("an entry is missing")
	case v.cut:
		return bad(vault.Archive{}, errTooLong.Error(), v.raw), nil
	}
	archive, err := parseEntry(v.raw)
	if err != nil {
		return bad(archive, err.Error(), v.raw), nil
	}
	return vault.Entry{Archive: archive}, nil
}

// errTooLong reports an entry that was too long to be parsed.
var errTooLong = fmt.Errorf("the entry is longer than %d bytes", maxEntry)

// expect consumes space and the byte c.
func (s *source) expect(c byte) error {
	got, ok := s.skipSpace()
	switch {
	case !ok:
		return s.early()
	case got != c:
		return s.wrong("%q in place of %q", got, c)
	}
	s.pass(1)
	return nil
}

// another reports whether there is another member before the closing byte. It consumes the
// comma in front of it, unless it is the first member, or else the closing byte.
func (s *source) another(closing byte, first bool) (bool, error) {
	c, ok := s.skipSpace()
	switch {
	case !ok:
		return false, s.early()
	case c == closing:
		s.pass(1)
		return false, nil
	case first:
		return true, nil
	case c != ',':
		return false, s.wrong("%q in place of a comma or %q", c, closing)
	}
	s.pass(1)
	return true, nil
}

// name consumes space and the name of a member, and returns the name.
func (s *source) name() (string, error) {
	if c, ok := s.skipSpace(); ok && c != '"' {
		return "", s.wrong("%q in place of a name", c)
	}
	v, err := s.value()
	if err != nil {
		return "", err
	}
	if v.cut {
		return "", s.wrong("a name is longer than %d bytes", maxEntry)
	}
	text, err := textOf(v.raw)
	if err != nil {
		return "", s.wrong("a name is not text: %s", err)
	}
	return string(text), nil
}
