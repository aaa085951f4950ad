package amazon

import (
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf8"
)

// textOf returns the text of a document with one element.
func textOf(t *testing.T, document string) string {
	t.Helper()
	var told struct {
		Key string
	}
	if err := xml.Unmarshal(carry([]byte(document)), &told); err != nil {
		t.Fatalf("%q: %v", document, err)
	}
	return Carried(told.Key)
}

// TestCarry: a document can be read whatever characters its keys have, and the keys are
// restored.
func TestCarry(t *testing.T) {
	for written, want := range map[string]string{
		"films/june.tar":                  "films/june.tar",
		"bad&#x3;name":                    "bad\x03name",
		"bad&#3;name":                     "bad\x03name",
		"bad&#x0003;name":                 "bad\x03name",
		"bad\x03name":                     "bad\x03name",
		"&#0;&#x1F;&#x7F;":                "\x00\x1f\x7f",
		"a&#10;b&#xD;c&#9;d":              "a\nb\rc\td",
		"&#xFFFE;&#65535;\uffff":          "\ufffe\uffff\uffff",
		"caf\xe9":                         "caf\xe9",
		"\xed\xa0\x80":                    "\xed\xa0\x80", // half a character in UTF-16
		"&amp;#x3; &#38;#x3;":             "&#x3; &#x3;",  // a key that looks like a reference
		"&lt;&#60;&gt;":                   "<<>",
		"\U0010F003&#x10F0FF;\U0010F100":  "\U0010F003\U0010F0FF\U0010F100",
		"Ag\u00e1tka \U0001F4FC&#x1F4FC;": "Ag\u00e1tka \U0001F4FC\U0001F4FC",
	} {
		if got := textOf(t, "<R><Key>"+written+"</Key></R>"); got != want {
			t.Errorf("%q is read as %q, want %q", written, got, want)
		}
	}
}

// FuzzCarry: every text is restored, written unchanged or by references, and a carried
// document is always UTF-8.
func FuzzCarry(f *testing.F) {
	f.Add("a\x00\x03\xff\ufffe\U0010F003&#x3;&")
	f.Fuzz(func(t *testing.T, text string) {
		carried := carry([]byte(text))
		if !utf8.Valid(carried) {
			t.Errorf("%q is carried as %q", text, carried)
		}
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;").Replace(text)
		if got := textOf(t, "<R><Key>"+escaped+"</Key></R>"); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	})
}
