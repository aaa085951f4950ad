package term

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

// TestPlainJSON: hostile names come out as JSON that shows, and mean what they meant.
func TestPlainJSON(t *testing.T) {
	for _, name := range append(hostile(), "june.tar", "Älpler 雪", "a\u2028b", "<&>") {
		var out bytes.Buffer
		if err := json.NewEncoder(PlainJSON(&out)).Encode(map[string]string{name: name}); err != nil {
			t.Fatal(err)
		}
		for _, r := range strings.TrimSuffix(out.String(), "\n") {
			if !unicode.IsPrint(r) {
				t.Errorf("%q is written with %U: %s", name, r, &out)
			}
		}
		var back map[string]string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(name, "\ufffd"); back[want] != want && !strings.ContainsRune(want, '\ufffd') {
			t.Errorf("%q comes back as %q", name, back)
		}
	}
}
