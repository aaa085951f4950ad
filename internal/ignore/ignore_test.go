package ignore_test

import (
	"strings"
	"testing"

	"firn/internal/ignore"
)

// match returns the line that decides about a path; a slash at its end says that it is a
// directory. Like a walk, it stops at a directory that is left out.
func match(l *ignore.List, path string) int {
	names := strings.Split(strings.TrimSuffix(path, "/"), "/")
	place := l.Place()
	for i, name := range names {
		last := i == len(names)-1
		p := place.Match(name, !last || strings.HasSuffix(path, "/"))
		if last && p != nil || p != nil && !p.Negated {
			return p.Line
		}
		place = place.Enter(name)
	}
	return 0
}

func parse(t testing.TB, text string) *ignore.List {
	t.Helper()
	l, bad := ignore.Parse([]byte(text))
	for _, err := range bad {
		t.Errorf("%q: %v", text, err)
	}
	return l
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern string
		yes, no []string
	}{
		{"*.o", []string{"a.o", "a/b/.o", "a.o/c"}, []string{"a.oo", "ao"}},
		{"/a", []string{"a", "a/b"}, []string{"b/a"}},
		{"a/b", []string{"a/b", "a/b/c"}, []string{"c/a/b", "a", "b"}},
		{"a/", []string{"a/", "b/a/", "a/b"}, []string{"a", "b/a"}},
		{"**/a/b", []string{"a/b", "x/y/a/b"}, []string{"a", "a/x/b"}},
		{"a/**/b", []string{"a/b", "a/x/b", "a/x/y/b"}, []string{"b", "x/a/b"}},
		{"**/a/**/a", []string{"a/a", "x/a/y/a", "a/b/b/a"}, []string{"a", "x/a", "a/b"}},
		{"a/**", []string{"a/x", "a/x/y"}, []string{"a", "a/"}},
		{"**", []string{"a", "a/b"}, nil},
		{"a**b", []string{"ab", "axxb", "x/axb"}, []string{"a/b"}},
		{"[a-c]?", []string{"a1", "c-"}, []string{"d1", "a", "a12"}},
		{"[!a]", []string{"b", "\xff"}, []string{"a", "bb"}},
		{"[]-]x", []string{"]x", "-x"}, []string{"ax"}},
		{"[[:digit:][:upper:]]", []string{"1", "Q"}, []string{"q", ":"}},
		{"{a,b}", []string{"{a,b}"}, []string{"a", "b"}},
		{`\#a`, []string{"#a"}, []string{`\#a`}},
		{`\!a`, []string{"!a"}, []string{"a"}},
		{`a\*`, []string{"a*"}, []string{"ab", `a\*`}},
		{`a\ `, []string{"a "}, []string{"a"}},
		{"a   ", []string{"a"}, []string{"a   "}},
		{"\xef\xbb\xbfa\r", []string{"a"}, nil},
		{"\xff?", []string{"\xff\xfe", "\xffa"}, []string{"\xfe\xfe", "\xff", "\xff\u00e9"}},
		{"\u00e9", []string{"\u00e9"}, []string{"e\u0301", "\xe9"}},
		{"[\x80-\x8f]", []string{"\x85"}, []string{"\x90", "\u0085"}},
		{"a\nb", []string{"a", "b"}, []string{"a\nb"}},
	} {
		l := parse(t, c.pattern)
		for _, path := range c.yes {
			if match(l, path) == 0 {
				t.Errorf("%q does not match %q", c.pattern, path)
			}
		}
		for _, path := range c.no {
			if match(l, path) != 0 {
				t.Errorf("%q matches %q", c.pattern, path)
			}
		}
	}
}

func TestTheLastPatternDecides(t *testing.T) {
	l := parse(t, "# comment\n\n*.log\n!/keep.log\n/dir/\n!dir/x\n")
	for path, line := range map[string]int{"a.log": 3, "keep.log": 4, "sub/keep.log": 3, "dir/x": 5, "dir": 0, "a": 0} {
		if got := match(l, path); got != line {
			t.Errorf("%q: line %d, want %d", path, got, line)
		}
	}
}

func TestLinesThatAreNotValid(t *testing.T) {
	l, bad := ignore.Parse([]byte("a[b\nok\nx//y\n!\n/\nz\\\n[[:none:]]\n" + strings.Repeat("x", 5000)))
	if l.Len() != 1 || match(l, "ok") != 2 {
		t.Errorf("%d patterns, want the valid one", l.Len())
	}
	want := []string{"line 1: ", "line 3: ", "line 4: ", "line 5: ", "line 6: ", "line 7: ", "line 8: "}
	for i, err := range bad {
		if i >= len(want) || !strings.HasPrefix(err.Error(), want[i]) {
			t.Errorf("error %d: %v", i, err)
		}
	}
	if len(bad) != len(want) {
		t.Errorf("%d errors, want %d", len(bad), len(want))
	}
	if l, bad := ignore.Parse([]byte(strings.Repeat("x\n", 20_000))); l.Len() != 10_000 || len(bad) != 1 {
		t.Errorf("%d patterns and %d errors", l.Len(), len(bad))
	}
}

func FuzzParse(f *testing.F) {
	f.Add("*.o\n!a/**/b/\n[[:alpha:]-]x", "a/b.o")
	f.Add("\\[\\", "[a")
	f.Fuzz(func(t *testing.T, text, path string) {
		l, _ := ignore.Parse([]byte(text))
		if line := match(l, path); line > strings.Count(text, "\n")+1 {
			t.Errorf("line %d decides", line)
		}
	})
}
