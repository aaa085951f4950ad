//go:build !race || torture

package ignore_test

import (
	"strings"
	"testing"
)

// steps would be more than the age of the universe for a matcher that tries each way.
func TestLongHostilePatterns(t *testing.T) {
	deep := strings.Repeat("a/", 8000) + "b"
	for _, pattern := range []string{
		strings.Repeat("**/a/", 800) + "c",
		strings.Repeat("a/**/", 800) + "c",
		strings.Repeat("**/", 1300) + "c",
		"**/" + strings.Repeat("a/", 2000) + "c",
		"**/" + strings.Repeat("*a", 2000) + "c",
	} {
		if match(parse(t, pattern), deep) != 0 {
			t.Errorf("%.20q... matches", pattern)
		}
	}
	name := strings.Repeat("a", 255)
	for _, pattern := range []string{strings.Repeat("*a", 2000) + "b", strings.Repeat("*[a-b]", 600) + "c", strings.Repeat("?*", 2000) + "b"} {
		if match(parse(t, pattern), name) != 0 {
			t.Errorf("%.20q... matches", pattern)
		}
	}
}
