//go:build !race || torture

package description_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"firn/internal/description"
)

// Every possible file name survives in the description that firn writes for it, and a vault
// accepts that description.
func TestLongEveryNameIsReadBack(t *testing.T) {
	// Random names consist of these pieces, which have a meaning in some format.
	pieces := []string{
		"%", "%%", "%25", "%C3", "%A9", "%61", "%6D", "%20", "%00", "%0a", "C3", "25", "2", " ", "  ", "a", "photo.jpg", "/", `\`,
		"é", "日本", "\xe9", "\xff\xfe", "\n", "\x01", "\x7f", "~", "mt2 ", "grsync|", "|1|2|", "{", "}", `"`, "<m>", "<v>4</v>", "</m>", "'",
	}
	draw := rand.New(rand.NewPCG(15, 3))
	check := func(name string) {
		text := description.FromName(name)
		for i := range len(text) {
			if text[i] < ' ' || text[i] > '~' {
				t.Fatalf("%q is described as %q, which no vault keeps", name, text)
			}
		}
		if text != strings.Trim(text, " ") {
			t.Fatalf("%q is described as %q, of which a header loses the end", name, text)
		}
		if got := description.Decode(text); got != (description.Decoded{Name: name, Size: -1}) {
			t.Fatalf("%q is described as %q and read back as %+v", name, text, got)
		}
	}
	for range 200_000 {
		var name strings.Builder
		for range 1 + draw.IntN(8) {
			name.WriteString(pieces[draw.IntN(len(pieces))])
		}
		check(name.String())
	}
	for range 50_000 {
		name := make([]byte, 1+draw.IntN(40))
		for i := range name {
			name[i] = byte(1 + draw.IntN(255))
		}
		check(string(name))
	}
	for _, v := range []string{ // firn escapes a file name that looks like the description of another tool
		"mt2 eyJmaWxlbmFtZSI6InLDqXN1bcOpLnBkZiIsIm10aW1lIjoiMjAxNTA3MDVUMDEyMjAxWiJ9", "grsync|/a|1|2.5|c",
		`{"path":"/a%20é","type":"file"}`, `{"path":"/a%20","type":"file"}`, "<m><v>4</v><p>YS9i</p></m>",
		strings.Repeat("%25", 300), strings.Repeat("é", 127),
	} {
		check(v)
	}
}
