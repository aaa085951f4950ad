package inventory

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"firn/vault"
)

// csvForm reads the CSV form: a header, then one line per archive. A field may be quoted; a
// field that contains a comma or a quote always is. The service writes a quote in a field
// as \" but a backslash unchanged; spreadsheets and other servers write a quote twice (RFC
// 4180). So a reader can find the end of the description only by counting: there are five
// fields, and only the description may contain commas. It is the text between the first
// comma and the third comma from the right.
type csvForm struct {
	begun bool // the header has been read
}

func (f *csvForm) next(src *source, _ *Head) (vault.Entry, error) {
	if !f.begun {
		src.skipChatter()
		line, err := src.line()
		switch {
		case err != nil:
			return vault.Entry{}, err
		case !isHeader(line.raw):
			return vault.Entry{}, src.wrong("it does not begin with the line %q, but with %.100q", header, line.raw)
		}
		f.begun = true
	}
	for {
		if _, ok := src.peek(); !ok && src.atEnd() {
			return vault.Entry{}, io.EOF
		}
		line, err := src.line()
		if err != nil {
			return vault.Entry{}, err
		}
		if len(line.raw) == 0 {
			continue
		}
		archive, err := parseLine(line)
		switch {
		case err == nil:
			return vault.Entry{Archive: archive}, nil
		case line.open: // so the line lacks more than its line feed
			return vault.Entry{}, src.early()
		}
		return bad(archive, err.Error(), line.raw), nil
	}
}

// line is one line of a document, without its end.
type line struct {
	raw  []byte // the whole line, or only the beginning of a line that is too long
	cut  bool   // the line is longer than maxEntry
	open bool   // the document ended before the line did
}

// line consumes the next line and returns it. The end of the document also ends a line. It
// is an error if the document has no line left.
func (s *source) line() (line, error) {
	var l line
	seen := 0 // bytes of the line ahead that were searched
	for {
		if i := bytes.IndexByte(s.ahead()[seen:], '\n'); i >= 0 {
			seen += i
			break
		}
		seen = len(s.ahead())
		if seen > maxEntry {
			l.keep(s.ahead())
			s.pass(seen)
			seen = 0
		}
		if s.more() {
			continue
		}
		l.open = true
		break
	}
	raw := s.ahead()[:seen]
	s.pass(seen)
	switch {
	case !l.open:
		s.pass(1)
	case seen == 0 || !s.atEnd():
		return line{}, s.early()
	}
	if l.cut || seen > maxEntry {
		l.keep(raw)
		return l, nil
	}
	l.raw = bytes.TrimSuffix(raw, []byte("\r"))
	return l, nil
}

// keep marks the line as too long and keeps its beginning.
func (l *line) keep(piece []byte) {
	l.cut = true
	l.raw = append(l.raw, piece[:min(len(piece), maxRaw-len(l.raw))]...)
}

func isHeader(line []byte) bool {
	line = bytes.TrimSuffix(line, []byte("\r"))
	return string(bytes.ReplaceAll(line, []byte(`"`), nil)) == header
}

// parseLine reads the line of one archive. The error names the first problem; the archive
// has the fields that could be read.
func parseLine(l line) (vault.Archive, error) {
	if l.cut {
		return vault.Archive{}, errTooLong
	}
	id, rest, _ := bytes.Cut(l.raw, []byte(","))
	var last [3][]byte // date, size, tree hash
	for i := len(last) - 1; i >= 0; i-- {
		comma := bytes.LastIndexByte(rest, ',')
		if comma < 0 {
			return vault.Archive{}, errors.New("the line has fewer than 5 fields")
		}
		rest, last[i] = rest[:comma], rest[comma+1:]
	}
	var f fields
	description, quoted := describe(rest)
	wrong := cmp.Or( // all fields are read, even if an earlier one is wrong
		f.setID(unquote(id)), f.setDescription(description), quoted, f.setDate(unquote(last[0])),
		f.setSize(unquote(last[1])), f.setHash(unquote(last[2])),
	)
	return f.archive, wrong
}

// describe returns the description in a field. The field itself shows how its quotes are
// written: if each quote has a backslash before it, it is the service's form; otherwise it
// must be the form of RFC 4180, where quotes come in pairs. No text can have both forms. A
// field with neither form is an error, and is returned unchanged.
func describe(field []byte) ([]byte, error) {
	if !isQuoted(field) {
		return field, nil
	}
	text := unquote(field)
	escaped, doubled := []byte(`\"`), []byte(`""`)
	switch quotes := bytes.Count(text, doubled[:1]); quotes {
	case 0:
		return text, nil
	case bytes.Count(text, escaped):
		return bytes.ReplaceAll(text, escaped, escaped[1:]), nil
	}
	plain := bytes.ReplaceAll(text, doubled, nil)
	if bytes.IndexByte(plain, '"') < 0 {
		return bytes.ReplaceAll(text, doubled, doubled[:1]), nil
	}
	return text, fmt.Errorf("quotes in the description are neither escaped nor doubled: %.300q", field)
}

// unquote removes the quotes around a field.
func unquote(field []byte) []byte {
	if !isQuoted(field) {
		return field
	}
	return field[1 : len(field)-1]
}

func isQuoted(field []byte) bool {
	return len(field) >= 2 && field[0] == '"' && field[len(field)-1] == '"'
}
