// Package ignore matches names against the patterns of a file such as .gitignore. The rules
// are those of https://git-scm.com/docs/gitignore: comments, negation, anchors, `**`,
// patterns for directories only, character classes. Names are bytes and need not be UTF-8.
//
// A tree is matched as it is walked: a Place knows how far each pattern has come on the way
// from the directory of the ignore file. So the time for a name depends on the length of the
// name and of the patterns, and not on the length of the path.
package ignore

import (
	"bytes"
	"fmt"
)

const (
	// MaxFile is the size of the largest ignore file.
	MaxFile = 256 << 10
	// maxPattern is the length of the longest pattern.
	maxPattern = 4 << 10
	// maxPatterns is how many patterns a file may have.
	maxPatterns = 10_000
)

// A Pattern is a line of an ignore file.
type Pattern struct {
	Text    string // the line, without spaces at the end
	Line    int    // its number, from 1
	Negated bool   // it begins with "!": what it matches is not left out

	dirOnly  bool
	segments []segment // between the slashes
}

// A List has the patterns of a file in their order. The last one that matches decides.
type List struct {
	patterns []Pattern
	anywhere []int32 // patterns without a slash: they match names in every directory
	root     []position
}

// Parse reads the patterns of a file. A line that is not valid matches nothing and is
// returned as an error; the other lines count.
func Parse(text []byte) (*List, []error) {
	var l List
	var bad []error
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		p, err := parsePattern(string(trimSpaces(line)), number)
		if err == nil && p != nil && len(l.patterns) == maxPatterns {
			return &l, append(bad, fmt.Errorf("line %d: a file has at most %d patterns", number, maxPatterns))
		}
		switch {
		case err != nil:
			bad = append(bad, fmt.Errorf("line %d: %w", number, err))
		case p != nil:
			l.add(*p)
		}
	}
	return &l, bad
}

func (l *List) add(p Pattern) {
	n := int32(len(l.patterns))
	l.patterns = append(l.patterns, p)
	if len(p.segments) == 2 && p.segments[0].any && !p.segments[1].any {
		l.anywhere = append(l.anywhere, n)
		return
	}
	l.root = l.reach(l.root, n, 0)
}

// Len returns how many patterns there are.
func (l *List) Len() int { return len(l.patterns) }

// trimSpaces removes spaces at the end that no backslash precedes.
func trimSpaces(line []byte) []byte {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
		case '\\':
			i++
			end = min(i+1, len(line))
		default:
			end = i + 1
		}
	}
	return line[:end]
}
