package backups

import "testing"

// The names that can match a pattern lie in the range of its prefix.
func TestPrefixes(t *testing.T) {
	for pattern, want := range map[string][2]string{
		"a.txt": {"a.txt", "a.txt\x00"}, "a*": {"a", "b"}, "a\xff?": {"a\xff", "b"}, "*": {"", ""}, "\xff\xff*": {"\xff\xff", ""},
		"x{1,2}": {"x", "y"}, `x\*`: {"x", "y"}, "[ab]": {"", ""},
		"\xfe*": {"\xfe", "\xff"}, "\u00e9*": {"\u00e9", "\xc3\xaa"},
	} {
		if from, to := prefixOf(pattern); from != want[0] || to != want[1] {
			t.Errorf("%q: %q to %q, want %q", pattern, from, to, want)
		}
	}
}
