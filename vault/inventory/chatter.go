package inventory

import "bytes"

// maxChatter is how many lines may stand before a document.
const maxChatter = 10

// isChatter reports whether a line before a document is none of it: an empty one, or
// what glacier-upload prints on its way to the list, into the same file.
func isChatter(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, begins := range []string{"Checking ", "Inventory status: ", "Job status: ", "Retrieving "} {
		if bytes.HasPrefix(line, []byte(begins)) {
			return true
		}
	}
	return len(line) == 0
}

// chatter is how many bytes of such lines a text begins with, and whether the text ends
// before it can be told of the next line.
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

// skipChatter passes a byte order mark and the lines before the document.
func (s *source) skipChatter() {
	s.skipMark()
	n, open := chatter(s.ahead())
	for open && s.more() {
		n, open = chatter(s.ahead())
	}
	s.pass(n)
}
