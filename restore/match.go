package restore

import (
	"path"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"firn/vault"
)

// matcher decides which paths the patterns of a selection select. It remembers the directory of
// the path before, because files come by directory.
type matcher struct {
	patterns []pattern
	all      bool
	given    []string // the patterns of the selection
	unused   []bool   // by the number of a pattern in given: it has matched nothing
	left     int      // patterns that are not used
	dir      string
	isInside bool // dir is selected
	isKnown  bool // dir was compared
}

type pattern struct {
	of      int // its number in the selection
	text    string
	isBase  bool   // it is compared with the last element
	isExact bool   // it has no special characters, whatever it looks like
	prefix  string // the elements at its beginning that have no special characters
}

func newMatcher(patterns []string) (*matcher, error) {
	m := &matcher{all: len(patterns) == 0, given: patterns, unused: make([]bool, len(patterns)), left: len(patterns)}
	for i, text := range patterns {
		m.unused[i] = true
		p := pattern{of: i, text: strings.Trim(strings.TrimPrefix(text, "./"), "/"), isBase: !strings.Contains(strings.TrimSuffix(text, "/"), "/")}
		switch {
		case text == "":
			return nil, vault.Errorf(vault.ErrInvalid, "a pattern is empty")
		case p.text == "": // only slashes
			m.all = true
			m.use(i)
		case !doublestar.ValidatePattern(p.text):
			return nil, vault.Errorf(vault.ErrInvalid, "the pattern %q is not valid", text)
		}
		p.prefix = literal(p.text)
		m.patterns = append(m.patterns, p)
	}
	return m, nil
}

// noFile is the error if nothing is selected.
func (m *matcher) noFile() error {
	if m.all {
		return vault.Errorf(vault.ErrNotFound, "the snapshots have no files")
	}
	texts := make([]string, len(m.given))
	for i, text := range m.given {
		texts[i] = strconv.Quote(text)
	}
	return vault.Errorf(vault.ErrNotFound, "no file of the snapshots matches %s", strings.Join(texts, " or "))
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
	if m.all && m.left == 0 {
		return true
	}
	isInside := m.selectsIn(parentOf(name))
	return isInside && m.left == 0 || m.matches(name) || isInside
}

// selectsIn reports whether everything in a directory is selected.
func (m *matcher) selectsIn(dir string) bool {
	if !m.isKnown || dir != m.dir {
		m.dir, m.isKnown, m.isInside = dir, true, m.all
		for at := dir; at != "" && (!m.isInside || m.left > 0); at = parentOf(at) {
			m.isInside = m.matches(at) || m.isInside
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

// matches reports whether a pattern matches the path itself. It also looks which patterns are used.
func (m *matcher) matches(name string) (is bool) {
	for _, p := range m.patterns {
		switch {
		case is && m.left == 0:
			return true
		case is && !m.unused[p.of]:
			continue
		}
		if p.matches(name) {
			is = true
			m.use(p.of)
		}
	}
	return is
}

// use notes that a pattern matches something.
func (m *matcher) use(number int) {
	if m.unused[number] {
		m.unused[number] = false
		m.left--
	}
}

// notUsed returns the patterns that have matched nothing.
func (m *matcher) notUsed() (patterns []string) {
	for i, text := range m.given {
		if m.unused[i] {
			patterns = append(patterns, text)
		}
	}
	return patterns
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
