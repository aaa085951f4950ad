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
	from   int   // window[from:to] was read and not yet passed
	to     int   // at most len(window)
	at     int64 // position in the document of window[from], in bytes
	ended  error // what ended the reading: io.EOF or a failure of r
}

func newSource(r io.Reader, position int64) source {
	return source{r: r, window: make([]byte, 2*maxEntry), at: position}
}

// ahead is what was read and not yet passed.
func (s *source) ahead() []byte { return s.window[s.from:s.to] }

// isFull reports whether the window has no room for more.
func (s *source) isFull() bool { return s.to-s.from == len(s.window) }

// pass goes n bytes on, which the caller has seen ahead.
func (s *source) pass(n int) {
	s.from += n
	s.at += int64(n)
}

// more reads on and reports whether there is more ahead than before. If not,
// the window is full or the document has ended.
func (s *source) more() bool {
	if s.ended != nil || s.isFull() {
		return false
	}
	if s.to == len(s.window) {
		s.to = copy(s.window, s.ahead())
		s.from = 0
	}
	for range 100 { // of empty reads, as many as bufio forgives
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

// peek returns the next byte without passing it.
func (s *source) peek() (c byte, ok bool) {
	if s.from == s.to && !s.more() {
		return 0, false
	}
	return s.window[s.from], true
}

// skipMark passes a byte order mark, if there is one.
func (s *source) skipMark() {
	for s.to-s.from < len(byteOrderMark) && s.more() {
	}
	if a := s.ahead(); len(a) >= len(byteOrderMark) && string(a[:len(byteOrderMark)]) == byteOrderMark {
		s.pass(len(byteOrderMark))
	}
}

// atEnd reports whether the document has ended in good order. An error that only
// wraps io.EOF is a failure.
func (s *source) atEnd() bool { return s.from == s.to && s.ended == io.EOF } //nolint:errorlint // see above

// early is the error of a document that ends where it must not.
func (s *source) early() error {
	err := s.ended
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("the inventory cannot be read beyond byte %d: %w", s.at+int64(s.to-s.from), err)
}

// wrong is the error of a document that makes no sense from here on.
func (s *source) wrong(format string, values ...any) error {
	return fmt.Errorf("the inventory makes no sense at byte %d: %w: %s", s.at, vault.ErrInvalid, fmt.Sprintf(format, values...))
}
