package suggest_test

import (
	"strings"
	"testing"

	"firn/cmd/firn/internal/suggest"
)

func TestNearest(t *testing.T) {
	options := []string{"dir", "sort", "state", "since", "tier", "tls-cert", "part-size", "dry-run", "limit-rate"}
	for word, want := range map[string]string{
		"teir":       "tier", // a transposition is one error: dir has two
		"stat":       "state",
		"s":          "sort", // the shortest that begins so
		"STATE":      "state",
		"part-sice":  "part-size",
		"part_szie":  "part-size",
		"dryrun":     "dry-run",
		"limit-rtae": "limit-rate",
		"dri":        "dir",
		"dor":        "dir",
		"xor":        "", // two errors in three letters
		"t":          "tier",
		"zzzzzz":     "",
		"":           "",
	} {
		if got := suggest.Nearest(word, options); got != want {
			t.Errorf("%q suggests %q, want %q", word, got, want)
		}
	}
}

func TestOneOf(t *testing.T) {
	tiers := []string{"Expedited", "Standard", "Bulk"}
	for word, want := range map[string]string{
		"bukl": `"bukl" is not one of Expedited, Standard, Bulk; did you mean Bulk?`,
		"soon": `"soon" is not one of Expedited, Standard, Bulk`,
	} {
		if got := suggest.OneOf(word, tiers).Error(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if long := suggest.OneOf(strings.Repeat("x", 1000), tiers).Error(); len(long) > 200 {
		t.Errorf("a long word is shown whole: %s", long)
	}
}
