package admin

import (
	"encoding/json"
	"strings"
	"testing"
)

// A policy is indented if it is JSON. What a server sends in its place is not, nor
// may it fill the memory.
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

func TestPolicyJSON(t *testing.T) {
	for policy, want := range map[string]string{
		"{\n\"a\": 1}": `{"a":1}`,
		"no JSON":      `"no JSON"`,
		"":             `""`,
	} {
		if got, err := json.Marshal(policyJSON(policy)); err != nil || string(got) != want {
			t.Errorf("%q is %s, %v", policy, got, err)
		}
	}
}
