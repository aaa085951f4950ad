package inventory

import (
	"errors"
	"fmt"
	"io"

	"firn/vault"
)

// source reads a document through a window of fixed size.
type source struct {
	r      io.Reader
	window []byte
	from   int   // window[from:to] has been read but not consumed
	to     int   // at most len(window)
	at     int64 // position in the document of window[from], in bytes
	ended  error // the error that ended reading: io.EOF or a failure of r
}

func newSource(r io.Reader, position int64) source {
	return source{r: r, window: make([]byte, 2*maxEntry), at: position}
}

// ahead returns the bytes that have been read but not consumed.
func (s *source) ahead() []byte { return s.window[s.from:s.to] }

func (s *source) isFull() bool { return s.to-s.from == len(s.window) }

// pass consumes n bytes that are ahead.
func (s *source) pass(n int) {
	s.from += n
	s.at += int64(n)
}

// more reads more bytes and reports whether there are more ahead than before. If not, the
// window is full or the document has ended.
func (s *source) more() bool {
	if s.ended != nil || s.isFull() {
		return false
	}
	if s.to == len(s.window) {
		s.to = copy(s.window, s.ahead())
		s.from = 0
	}
	for range 100 { // bufio also accepts 100 empty reads
		n, err := s.r.Read(s.window[s.to:])
		s.to += n
		s.ended = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.ended = io.ErrNoProgress
	return false
}

// peek returns the next byte without consuming it.
func (s *source) peek() (c byte, ok bool) {
	if s.from == s.to && !s.more() {
		return 0, false
	}
	return s.window[s.from], true
}

// skipMark consumes a byte order mark, if there is one.
func (s *source) skipMark() {
	for s.to-s.from < len(byteOrderMark) && s.more() {
	}
	if a := s.ahead(); len(a) >= len(byteOrderMark) && string(a[:len(byteOrderMark)]) == byteOrderMark {
		s.pass(len(byteOrderMark))
	}
}

// atEnd reports whether the document has ended without a failure. An error that only wraps
// io.EOF is a failure.
func (s *source) atEnd() bool { return s.from == s.to && s.ended == io.EOF } //nolint:errorlint // see above

// early returns the error for a document that ends too early.
func (s *source) early() error {
	err := s.ended
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("the inventory cannot be read beyond byte %d: %w", s.at+int64(s.to-s.from), err)
}

// wrong returns the error for a document that makes no sense from the present byte on.
func (s *source) wrong(format string, values ...any) error {
	return vault.Errorf(vault.ErrInvalid, "the inventory makes no sense at byte %d: %s", s.at, fmt.Sprintf(format, values...))
}
