package complete

import (
	"slices"
	"testing"
)

func TestNext(t *testing.T) {
	for _, test := range []struct {
		use  string
		args int
		want []string
	}{
		{"version", 0, nil},
		{"download VAULT ARCHIVE...", 0, []string{"VAULT"}},
		{"download VAULT ARCHIVE...", 3, []string{"ARCHIVE"}},
		{"list [VAULT [GLOB]]", 1, []string{"GLOB"}},
		{"list [VAULT [GLOB]]", 2, nil},
		{"retrieve SIZE | VAULT ARCHIVE...", 0, []string{"SIZE", "VAULT"}},
		{"retrieve SIZE | VAULT ARCHIVE...", 1, []string{"ARCHIVE"}},
		{"upload SIZE|FILE...", 1, []string{"SIZE", "FILE"}},
		{"check {VAULT | --scrub DIR}", 0, []string{"VAULT"}},
		{"serve --dir DIR", 0, nil},
	} {
		if got := parseUse(test.use).next(make([]string, test.args)); !slices.Equal(got, test.want) {
			t.Errorf("%q after %d arguments: %q, want %q", test.use, test.args, got, test.want)
		}
	}
}
