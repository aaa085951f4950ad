package backups

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
)

// matcher matches the paths of files with a pattern.
type matcher struct {
	pattern string
	isBase  bool   // the pattern is compared with the last element of a path
	fixed   string // the directory with which every match begins
}

func newMatcher(pattern string) (matcher, error) {
	if !doublestar.ValidatePattern(pattern) {
		return matcher{}, cli.UsageError("%q is not a pattern: it has a bracket without an end, or ends with a backslash", pattern)
	}
	m := matcher{pattern: strings.Trim(pattern, "/"), isBase: !strings.Contains(strings.TrimSuffix(pattern, "/"), "/")}
	if !m.isBase {
		m.fixed, _ = doublestar.SplitPattern(m.pattern)
	}
	return m, nil
}

// anywhere returns a pattern that matches what pattern means below the current directory, whatever
// the directory is: paths on record are whole.
func anywhere(pattern string) string {
	whole := strings.HasPrefix(pattern, "/") || strings.HasPrefix(pattern, "**")
	for strings.HasPrefix(pattern, "./") || strings.HasPrefix(pattern, "../") {
		_, pattern, _ = strings.Cut(pattern, "/")
	}
	if whole || !strings.Contains(strings.TrimSuffix(pattern, "/"), "/") {
		return pattern
	}
	return "**/" + pattern
}

// findAnywhere returns the command that searches all snapshots for the patterns in any directory.
func findAnywhere(patterns ...string) string {
	args := []string{"firn", "find"}
	for _, pattern := range patterns {
		args = append(args, anywhere(pattern))
	}
	return term.ShellCommand(args...)
}

func (m matcher) has(file string) bool {
	if m.isBase {
		file = path.Base(file)
	}
	return doublestar.MatchUnvalidated(m.pattern, file)
}

// enters reports whether files below a directory can match.
func (m matcher) enters(directory string) bool {
	if m.isBase || m.fixed == "." || directory == "" {
		return true
	}
	return strings.HasPrefix(m.fixed+"/", directory+"/") || strings.HasPrefix(directory+"/", m.fixed+"/")
}
