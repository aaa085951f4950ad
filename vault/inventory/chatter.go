package inventory

import "bytes"

// maxChatter is the number of lines that may precede a document.
const maxChatter = 10

// isChatter reports whether a line in front of a document does not belong to it: an empty
// line, or one that glacier-upload prints into the same file before the list.
func isChatter(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, begins := range []string{"Checking ", "Inventory status: ", "Job status: ", "Retrieving "} {
		if bytes.HasPrefix(line, []byte(begins)) {
			return true
		}
	}
	return len(line) == 0
}

// chatter returns the number of bytes of such lines at the start of a text. open means that
// the text ends before the next line can be judged.
func chatter(text []byte) (n int, open bool) {
	for range maxChatter {
		end := bytes.IndexByte(text[n:], '\n')
		if end < 0 {
			return n, true
		}
		if !isChatter(text[n : n+end]) {
			break
		}
		n += end + 1
	}
	return n, false
}

// skipChatter skips a byte order mark and the lines in front of the document.
func (s *source) skipChatter() {
	s.skipMark()
	n, open := chatter(s.ahead())
	for open && s.more() {
		n, open = chatter(s.ahead())
	}
	s.pass(n)
}
