package ignore

import (
	"errors"
	"fmt"
	"strings"
)

// parsePattern returns nil for an empty line and a comment.
func parsePattern(text string, line int) (*Pattern, error) {
	if text == "" || text[0] == '#' {
		return nil, nil
	}
	if len(text) > maxPattern {
		return nil, fmt.Errorf("a pattern has at most %d bytes", maxPattern)
	}
	p := &Pattern{Text: text, Line: line}
	rest, negated := strings.CutPrefix(text, "!")
	rest, dirOnly := strings.CutSuffix(rest, "/")
	p.Negated, p.dirOnly = negated, dirOnly
	if rest == "" {
		return nil, fmt.Errorf("the pattern %q matches nothing", text)
	}
	if !strings.Contains(rest, "/") {
		rest = "**/" + strings.Replace(rest, "**", "*", 1) // without a slash, ** is *
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(rest, "/"), "/") {
		s, err := parseSegment(part)
		if err != nil {
			return nil, fmt.Errorf("the pattern %q is not valid: %w", text, err)
		}
		if n := len(p.segments); !s.any || n == 0 || !p.segments[n-1].any {
			p.segments = append(p.segments, s)
		}
	}
	return p, nil
}

// A segment of a pattern matches one name; `**` matches any number of names.
type segment struct {
	any     bool   // **
	literal bool   // text is the whole name
	suffix  bool   // text is the end of the name
	text    string // bytes
	glob    string // the pattern for package doublestar, in runes that stand for bytes
}

func parseSegment(text string) (segment, error) {
	switch {
	case text == "":
		return segment{}, errors.New("it has an empty name")
	case text == "**":
		return segment{any: true}, nil
	case !strings.ContainsAny(text, `*?[\`):
		return segment{literal: true, text: text}, nil
	case text[0] == '*' && !strings.ContainsAny(text[1:], `*?[\`):
		return segment{suffix: true, text: text[1:]}, nil
	}
	glob, err := translate(text)
	return segment{glob: glob}, err
}
