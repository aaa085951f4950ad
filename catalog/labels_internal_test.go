package catalog

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"

	"firn/catalog/internal/sqlite"
)

// A text that doublestar matches begins with the prefix and matches the GLOB: else an
// archive would not be found. SQLite itself compares here.
func FuzzGlob(f *testing.F) {
	for _, s := range [][2]string{
		{"/srv/**", "/srv"},
		{"a/**/b", "a/b"},
		{"a/{**,x}/b", "a/b"},
		{"a/*{*,x}/b", "a/b"},
		{"a/*{*,}", "a"},
		{"a[^x]b", "a/b"},
		{"[a-c]?{d,e}", "bxe"},
		{`\*\?\[`, "*?["},
		{"é*", "é\x80"},
		{"*é", "\xe3\xc3\xa9"},
		{"\ufffd*", "\xffx"},
		{"**/**", "a"},
		{"a**b", "axb"},
		{"{/**,x}", "y"},
		{"x{/**,y}", "x"},
		{"a//**", "a/"},
		{"[]]", "]"},
		{"{a,{b,[}]}}", "}"},
	} {
		f.Add(s[0], s[1])
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if strings.Contains(text, "\x00") || len(pattern) > 100 || strings.Count(pattern, "*")+strings.Count(pattern, "{") > 6 {
			return
		}
		if ok, err := doublestar.Match(pattern, text); err != nil || !ok || !doublestar.ValidatePattern(pattern) {
			return
		}
		prefix, glob := sqlite.Glob(pattern)
		var begins, matches bool
		if err := db.QueryRowContext(t.Context(), `SELECT $1 >= $2 AND ($3 = '' OR $1 < $3), $1 GLOB $4`,
			text, prefix, sqlite.After(prefix), glob).Scan(&begins, &matches); err != nil {
			t.Fatal(err)
		}
		if !begins || !matches {
			t.Errorf("%q matches %q, but prefix %q: %t, GLOB %q: %t", text, pattern, prefix, begins, glob, matches)
		}
		if !strings.Contains(text, "/") && strings.Contains(prefix+glob, "/") {
			t.Errorf("%q matches %q, which has no slash", text, pattern)
		}
		if strings.Contains(text, "/") && !mayMatchSlash(pattern) {
			t.Errorf("%q matches %q, which is said to match no slash", text, pattern)
		}
	})
}
