package admin

import (
	"strings"
	"testing"
)

// A policy is indented if it is JSON. Other text from a server is not, and it must not fill the
// memory.
func TestIndented(t *testing.T) {
	deep := strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)
	for text, want := range map[string]string{
		`{"a":[1,2],"b":{}}`:          "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}",
		`{"a":"<\u001b[31m&\u202e>"}`: "{\n  \"a\": \"<\\u001b[31m&\\u202e>\"\n}",
		"no JSON":                     "no JSON",
		`{"a":`:                       `{"a":`,
		"":                            "",
		deep:                          deep,
	} {
		if got := indented(text); got != want {
			t.Errorf("%.40q is shown as %.200q", text, got)
		}
	}
}
