package description_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"firn/internal/description"
)

func TestCloudBerry(t *testing.T) {
	want := description.Decoded{Tool: description.CloudBerry, Name: "bucket/a_b.vbk", ModTime: at, Size: -1}
	named := func(name string) description.Decoded {
		d := want
		d.Name = name
		return d
	}
	bare, both, folder := want, want, named(`c:\backup\`)
	bare.ModTime = time.Time{}
	both.Compressed, both.Encrypted = true, true
	folder.Folder = true
	check(t, []vector{
		{`{"Path":"bucket/a+AF8-b.vbk","UTCDateModified":"20150705T012201Z","Flags":0}`, want},
		{`{"Path":"bucket/a+AF8-b.vbk","UTCDateModified":"20150705T012201Z","Flags":3}`, both},
		{`{"Flags":4,"UTCDateModified":"20150705T012201Z","Path":"bucket/a_b.vbk"}`, want},
		{`{"Path":"bucket/a_b.vbk"}`, bare},
		{`{"Path":"bucket/a_b.vbk","UTCDateModified":5,"Flags":"x"}`, bare},
		{`"{\"Path\":\"bucket/a_b.vbk\"}"`, bare},
		{`{"Path":"c:\\backup\\","UTCDateModified":"20150705T012201Z"}`, folder},
		{`{"Path":"c:+AFw-backup+AFw-","UTCDateModified":"20150705T012201Z"}`, folder},
		// Text that is no UTF-7 was never encoded.
		{`{"Path":"1+1=2+","UTCDateModified":"20150705T012201Z"}`, named("1+1=2+")},
		{`{"Path":"é+AF8-","UTCDateModified":"20150705T012201Z"}`, named("é+AF8-")},
		plain(`{"Path":"","UTCDateModified":"20150705T012201Z"}`),
		plain(`{"Path":"a+AAA-b"}`), // a NUL
		plain(`{"Path":null}`),
		plain(`{"Path":["a"]}`),
		plain(`{"Path":"a"`),
		plain(`{"PATH":"a"}`),
	})
}

// pathOf decodes UTF-7 through the only function that does so.
func pathOf(t *testing.T, path string) string {
	t.Helper()
	raw, err := json.Marshal(map[string]string{"Path": path})
	if err != nil {
		t.Fatal(err)
	}
	return description.Decode(string(raw)).Name
}

func TestUTF7(t *testing.T) {
	for path, want := range map[string]string{
		// These are the examples of RFC 2152.
		"A+ImIDkQ.":           "A≢Α.",
		"Hi Mom -+Jjo--!":     "Hi Mom -☺-!",
		"+ZeVnLIqe-":          "日本語",
		"Item 3 is +AKM-1.":   "Item 3 is £1.",
		"dir2/+BEQEMAQ5BDs-3": "dir2/файл3",
		"+-":                  "+",
		"a+-b+-":              "a+b+",
		"+-+-":                "++",
		"+AGEAYg":             "ab", // the end of the text ends the encoding
		"+AF8.-":              "_.-",
		"+AF8--":              "_-",
		"+2D3eAA-":            "😀",
		"+2D3eAABf-.txt":      "😀_.txt",
		// These texts are no UTF-7, and therefore stay as they are.
		"+":         "+",
		"+ ":        "+ ",
		"+A-":       "+A-",       // six bits
		"+AGE-+AF":  "+AGE-+AF",  // twelve bits
		"+AGEA-":    "+AGEA-",    // a unit and eight bits
		"+AGF-":     "+AGF-",     // a unit and bits that are not zero
		"+2D0-":     "+2D0-",     // half a pair
		"+3gA-":     "+3gA-",     // the other half
		"+2D3YPQ-":  "+2D3YPQ-",  // two first halves
		"+2D0AYQ-":  "+2D0AYQ-",  // half a pair and a letter
		"+AGEé-":    "+AGEé-",    // base64 of 24 bits, then no ASCII
		"+AGE\x7f~": "a\x7f~",    // other ASCII stands for itself
		`+AGE-\`:    `a\`,        // CloudBerry needs it for paths of Windows
		"+2D0-3gA-": "+2D0-3gA-", // a pair must stay in one sequence
	} {
		if got := pathOf(t, path); got != want {
			t.Errorf("%q is %q, want %q", path, got, want)
		}
	}
}

// encodeUTF7 writes a name as CloudBerry does: it keeps letters, digits and some other
// characters, and encodes the rest in base64.
func encodeUTF7(name string) string {
	var out strings.Builder
	for i := 0; i < len(name); {
		r, size := utf8.DecodeRuneInString(name[i:])
		switch {
		case r == '+':
			out.WriteString("+-")
		case r < 0x80 && (r == '/' || r == ' ' || r == '.' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z'):
			out.WriteRune(r)
		default:
			var units []byte
			for _, u := range utf16.Encode([]rune{r}) {
				units = append(units, byte(u>>8), byte(u))
			}
			out.WriteString("+" + base64.RawStdEncoding.EncodeToString(units) + "-")
		}
		i += size
	}
	return out.String()
}

// Every valid name survives encoding and decoding.
func FuzzUTF7(f *testing.F) {
	for _, seed := range []string{"a_b+c", "файл", "😀", "日本語/a b", `c:\x`, "-+-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		packed := encodeUTF7(name)
		if name == "" || !utf8.ValidString(name) || strings.ContainsRune(name, 0) || len(packed) > 4000 {
			return
		}
		if got := pathOf(t, packed); got != name {
			t.Errorf("%q, in UTF-7 %q, is read as %q", name, packed, got)
		}
	})
}
