package description_test

import (
	"testing"

	"firn/internal/description"
)

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
