package server

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The routes are those of the published model: none is missing, and there is no way
// in beside them.
func TestRoutesAreThoseOfTheModel(t *testing.T) {
	text, err := os.ReadFile("testdata/glacier-2012-06-01.json")
	if err != nil {
		t.Fatal(err)
	}
	var model struct {
		Operations map[string]struct {
			HTTP struct{ Method, RequestURI string }
		}
	}
	if err := json.Unmarshal(text, &model); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for name, op := range model.Operations {
		path, ok := strings.CutPrefix(op.HTTP.RequestURI, "/{accountId}/")
		if !ok {
			t.Errorf("%s: %s does not begin with an account", name, op.HTTP.RequestURI)
		}
		want[op.HTTP.Method+" "+regexp.MustCompile(`\{[A-Za-z]+\}`).ReplaceAllString(path, "*")] = name
	}
	got := map[string]string{}
	for route, op := range routes() {
		got[route] = op.name
	}
	if len(want) != 33 || !maps.Equal(got, want) {
		t.Errorf("routes %v\nwant   %v", got, want)
	}
}
