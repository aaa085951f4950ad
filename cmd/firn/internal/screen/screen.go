// Package screen shows what a person sees on a terminal after a program has written to it. Tests
// use it. It knows only the few sequences that firn writes, and reports all others.
package screen

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Screen is the text on a terminal. Its cells are characters of one column.
type Screen struct {
	columns, rows int
	lines         [][]rune // all lines ever shown; the screen is the last rows of them
	top           int      // index of the first line on the screen
	row, column   int      // of the cursor, row within lines
	rest          []byte   // the beginning of a character or sequence
	err           error
}

// New returns an empty screen.
func New(columns, rows int) *Screen {
	return &Screen{columns: columns, rows: rows, lines: make([][]rune, 1)}
}

// Write takes what a program wrote. It fails after a sequence that it does not know.
func (s *Screen) Write(b []byte) (int, error) {
	s.rest = append(s.rest, b...)
	for len(s.rest) > 0 && s.err == nil {
		n := s.next(s.rest)
		if n == 0 {
			break
		}
		s.rest = s.rest[n:]
	}
	return len(b), s.err
}

// next takes the first character or sequence and returns its length, or 0 if it is incomplete.
func (s *Screen) next(b []byte) int {
	switch b[0] {
	case '\r':
		s.column = 0
		return 1
	case '\n': // which a terminal's driver makes a carriage return and a line feed
		s.column = 0
		s.down()
		return 1
	case 0x1b:
		return s.sequence(b)
	}
	if !utf8.FullRune(b) {
		return 0
	}
	r, n := utf8.DecodeRune(b)
	if r < ' ' || r == utf8.RuneError {
		s.err = fmt.Errorf("the screen does not know %q", b[:n])
		return n
	}
	s.put(r)
	return n
}

func (s *Screen) put(r rune) {
	if s.column == s.columns {
		s.column = 0
		s.down()
	}
	line := s.lines[s.row]
	for len(line) <= s.column {
		line = append(line, ' ')
	}
	line[s.column] = r
	s.lines[s.row] = line
	s.column++
}

func (s *Screen) down() {
	if s.row++; s.row == len(s.lines) {
		s.lines = append(s.lines, nil)
	}
	s.top = max(s.top, s.row-s.rows+1)
}

// sequence takes ESC [ NUMBER LETTER.
func (s *Screen) sequence(b []byte) int {
	end := 2
	for end < len(b) && '0' <= b[end] && b[end] <= '9' {
		end++
	}
	if end >= len(b) {
		return 0
	}
	switch number, _ := strconv.Atoi(string(b[2:end])); string(b[1:2]) + string(b[end]) {
	case "[A":
		s.row = max(s.top, s.row-max(1, number))
	case "[K":
		s.eraseLine()
	case "[J":
		s.eraseLine()
		s.lines = s.lines[:s.row+1]
	default:
		s.err = fmt.Errorf("the screen does not know %q", b[:end+1])
	}
	return end + 1
}

func (s *Screen) eraseLine() {
	s.lines[s.row] = s.lines[s.row][:min(s.column, len(s.lines[s.row]))]
}

// String returns all lines that were ever shown and not erased, each with its end, without empty
// lines at the end. The cursor is an underscore if it is not at the beginning of the line below
// them.
func (s *Screen) String() string {
	var b strings.Builder
	for i, line := range s.lines {
		if i == s.row && (s.column > 0 || len(line) > 0) {
			for len(line) < s.column {
				line = append(line, ' ')
			}
			line = append(line[:s.column:s.column], append([]rune{'_'}, line[s.column:]...)...)
		}
		b.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	if text := strings.TrimRight(b.String(), "\n"); text != "" {
		return text + "\n"
	}
	return ""
}
