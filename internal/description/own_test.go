package description_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"firn/internal/description"
)

// Every possible file name survives in the description that firn writes for it, and a vault
// accepts that description.
func TestEveryNameIsReadBack(t *testing.T) {
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

func TestOwnNames(t *testing.T) {
	for name, text := range map[string]string{
		"june.tar":         "june.tar",
		"Agátka 100%.JPG":  "Ag%C3%A1tka 100%25.JPG",
		"100%":             "100%",
		"50%25 off":        "50%25 off",
		" both ends ":      "%20both ends%20",
		"caf%C3%A9.txt":    "caf%25C3%25A9.txt", // otherwise it would be read as café.txt
		"latin\xe9.txt":    "latin%E9.txt",
		"two\nlines":       "two%0Alines",
		"grsync|/a|1|2|":   "%67rsync|/a|1|2|",
		"/srv/été/x":       "/srv/%C3%A9t%C3%A9/x",
		"archive (1) .zip": "archive (1) .zip",
	} {
		if got := description.FromName(name); got != text {
			t.Errorf("%q is described as %q, want %q", name, got, text)
		}
		if got := description.Decode(text).Name; got != name {
			t.Errorf("%q is the name %q, want %q", text, got, name)
		}
	}
}

// A text that firn did not write for a name stays as it is.
func TestLiteralPercents(t *testing.T) {
	check(t, []vector{
		plain("100%"), plain("50%25 off"), plain("%"), plain("%%"), plain("%2"), plain("%25"), plain("100%25"),
		plain("My%20holiday.jpg"),    // from a tool that also escapes spaces
		plain("caf%c3%a9.txt"),       // in lower case
		plain("100% caf%C3%A9"),      // a "%" that is not escaped
		plain("/a%2Fb%C3%A9"),        // firn does not escape a slash
		plain("caf\u00e9%C3%A9"),     // firn would have escaped the é
		plain("a%00b"), plain("%00"), // no file name has a NUL
		plain("%41bc"),                     // firn does not escape the A
		plain(" %C3%A9"), plain("%C3%A9 "), // firn escapes a space at either end
		plain("https://example.com/a%20b%3F"),
	})
}
