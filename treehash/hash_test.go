package treehash_test

import (
	"encoding/json"
	"strings"
	"testing"

	"firn/treehash"
)

func TestSum(t *testing.T) {
	for _, v := range vectors() {
		if got := treehash.Sum(v.input).String(); got != v.tree {
			t.Errorf("%s: %s, want %s", v.name, got, v.tree)
		}
	}
}

// The hash of a whole follows from those of its pieces, for every power of two as their
// size.
func TestCombine(t *testing.T) {
	for _, v := range vectors() {
		for size := mib; size <= 32*mib; size *= 2 {
			var pieces []treehash.Hash
			for b := v.input; len(b) > 0; b = b[min(size, len(b)):] {
				pieces = append(pieces, treehash.Sum(b[:min(size, len(b))]))
			}
			if got := treehash.Combine(pieces).String(); got != v.tree {
				t.Errorf("%s in pieces of %d MiB: %s, want %s", v.name, size/mib, got, v.tree)
			}
		}
	}
}

func TestParse(t *testing.T) {
	const digits = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
	want := treehash.Sum([]byte("hello world"))
	for _, s := range []string{digits, strings.ToUpper(digits), "B" + digits[1:]} {
		if got, err := treehash.Parse(s); err != nil || got != want {
			t.Errorf("Parse(%q) = %s, %v", s, got, err)
		}
	}
	for _, s := range []string{
		"", "b9", digits[1:], digits + "00", "x" + digits[1:], " " + digits[1:],
		digits[:63] + "\x00", digits[:62] + "é", strings.Repeat("0", 1<<16),
	} {
		if got, err := treehash.Parse(s); err == nil || !got.IsZero() {
			t.Errorf("Parse(%q) = %s, want an error", s, got)
		}
	}
}

func TestHashAsText(t *testing.T) {
	type pair struct{ Known, Unknown treehash.Hash }
	p := pair{Known: treehash.Sum(nil)}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"Known":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","Unknown":""}`
	if string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	back := pair{Unknown: p.Known} // to be overwritten
	if err := json.Unmarshal(text, &back); err != nil || back != p {
		t.Errorf("got %+v, %v; want %+v", back, err, p)
	}
	if err := json.Unmarshal([]byte(`{"Known":"e3b0"}`), &back); err == nil || back != p {
		t.Errorf("half a hash: %v, and the value is %+v", err, back)
	}
	if p.Known.IsZero() || !p.Unknown.IsZero() {
		t.Error("IsZero does not tell a known hash from an unknown one")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("")
	f.Add("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
	f.Add("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B85\xff")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := treehash.Parse(s)
		if err != nil {
			return
		}
		if h.String() != strings.ToLower(s) {
			t.Errorf("%q became %s", s, h)
		}
	})
}
