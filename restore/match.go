package restore

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"firn/vault"
)

// matcher decides which paths the patterns of a selection select. It remembers the directory of
// the path before, because files come by directory.
type matcher struct {
	patterns []pattern
	all      bool
	dir      string
	isInside bool // dir is selected
	isKnown  bool // dir was compared
}

type pattern struct {
	text    string
	isBase  bool   // it is compared with the last element
	isExact bool   // it has no special characters, whatever it looks like
	prefix  string // the elements at its beginning that have no special characters
}

func newMatcher(patterns []string) (*matcher, error) {
	m := &matcher{all: len(patterns) == 0}
	for _, text := range patterns {
		p := pattern{text: strings.Trim(text, "/"), isBase: !strings.Contains(strings.TrimSuffix(text, "/"), "/")}
		switch {
		case text == "":
			return nil, vault.Errorf(vault.ErrInvalid, "a pattern is empty")
		case p.text == "": // only slashes
			m.all = true
		case !doublestar.ValidatePattern(p.text):
			return nil, vault.Errorf(vault.ErrInvalid, "the pattern %q is not valid", text)
		}
		p.prefix = literal(p.text)
		m.patterns = append(m.patterns, p)
	}
	return m, nil
}

// literal returns the elements at the beginning of a pattern that have no special characters.
func literal(pattern string) string {
	special := strings.IndexAny(pattern, `*?[{\`)
	if special < 0 {
		return pattern
	}
	slash := strings.LastIndexByte(pattern[:special], '/')
	return pattern[:max(slash, 0)]
}

// selects reports whether a path, or a directory above it, matches.
func (m *matcher) selects(name string) bool {
	return m.all || m.selectsIn(parentOf(name)) || m.matches(name)
}

// selectsIn reports whether everything in a directory is selected.
func (m *matcher) selectsIn(dir string) bool {
	if !m.isKnown || dir != m.dir {
		m.dir, m.isKnown, m.isInside = dir, true, m.all
		for at := dir; at != "" && !m.isInside; at = parentOf(at) {
			m.isInside = m.matches(at)
		}
	}
	return m.isInside
}

// enters reports whether a directory may have something that is selected.
func (m *matcher) enters(dir string) bool {
	if m.all {
		return true
	}
	for _, p := range m.patterns {
		if p.isBase || isBelow(p.prefix, dir) || isBelow(dir, p.prefix) {
			return true
		}
	}
	return false
}

// matches reports whether a pattern matches the path itself.
func (m *matcher) matches(name string) bool {
	for _, p := range m.patterns {
		if p.matches(name) {
			return true
		}
	}
	return false
}

func (p pattern) matches(name string) bool {
	if p.isExact {
		return p.text == name
	}
	if p.isBase {
		name = path.Base(name)
	}
	return doublestar.MatchUnvalidated(p.text, name)
}

// parentOf returns the path of the directory of a file; empty: it is at the root.
func parentOf(name string) string { return name[:max(strings.LastIndexByte(name, '/'), 0)] }
