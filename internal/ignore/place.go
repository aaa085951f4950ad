package ignore

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// A Place is a directory, at or below that of the ignore file.
type Place struct {
	list *List
	at   []position // ordered by pattern, then segment
}

// A position says that the names on the way to a place match all segments before one.
type position struct{ pattern, segment int32 }

// Place returns the directory of the ignore file.
func (l *List) Place() Place { return Place{l, l.root} }

// reach adds a position, and the one after a `**`, which also matches no name at all.
// Positions of a pattern are added in their order, so only the last two can be the same.
func (l *List) reach(at []position, pattern, seg int32) []position {
	p := position{pattern, seg}
	if n := len(at); !slices.Contains(at[max(0, n-2):], p) {
		at = append(at, p)
	}
	segments := l.patterns[pattern].segments
	if segments[seg].any && int(seg)+1 < len(segments) {
		return l.reach(at, pattern, seg+1)
	}
	return at
}

// Enter returns the place of a directory in this one.
func (p Place) Enter(name string) Place {
	var at []position
	text := runes(name)
	for _, pos := range p.at {
		segments := p.list.patterns[pos.pattern].segments
		s := &segments[pos.segment]
		switch {
		case s.any:
			at = p.list.reach(at, pos.pattern, pos.segment)
		case int(pos.segment)+1 < len(segments) && s.match(name, text):
			at = p.list.reach(at, pos.pattern, pos.segment+1)
		}
	}
	return Place{p.list, at}
}

// Idle reports whether no pattern matches anything at or below the place.
func (p Place) Idle() bool { return len(p.at) == 0 && len(p.list.anywhere) == 0 }

// Match returns the last pattern that matches the file of this name in the directory, or
// nil. A file in a directory that a pattern leaves out is left out, too: the caller does not
// enter such a directory.
func (p Place) Match(name string, dir bool) *Pattern {
	text := runes(name)
	best := int32(-1)
	for _, n := range slices.Backward(p.list.anywhere) {
		if pattern := &p.list.patterns[n]; (dir || !pattern.dirOnly) && pattern.segments[1].match(name, text) {
			best = n
			break
		}
	}
	for _, pos := range slices.Backward(p.at) {
		pattern := &p.list.patterns[pos.pattern]
		if pos.pattern < best {
			break
		}
		if int(pos.segment)+1 == len(pattern.segments) && (dir || !pattern.dirOnly) && pattern.segments[pos.segment].match(name, text) {
			best = pos.pattern
			break
		}
	}
	if best < 0 {
		return nil
	}
	return &p.list.patterns[best]
}

// match reports whether the segment matches a name; text is the name in runes.
func (s *segment) match(name, text string) bool {
	switch {
	case s.any:
		return true
	case s.literal:
		return name == s.text
	case s.suffix:
		return strings.HasSuffix(name, s.text)
	}
	return doublestar.MatchUnvalidated(s.glob, text)
}
