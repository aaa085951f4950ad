package treehash_test

import (
	"testing"

	"firn/treehash"
)

func TestTreeHasherTakesAnyPieces(t *testing.T) {
	h := treehash.NewTree()
	for _, v := range vectors() {
		want := v.sums(t).Tree
		for _, size := range []int{4095, 32<<10 + 1, mib - 1, mib, mib + 1, 3*mib + 7} {
			for b := v.input; len(b) > 0; {
				n, err := h.Write(b[:min(size, len(b))])
				if err != nil || n != min(size, len(b)) {
					t.Fatalf("Write returned %d, %v", n, err)
				}
				b = b[n:]
			}
			if got := h.Sum(); got != want {
				t.Errorf("%s by %d: %s, want %s", v.name, size, got, want)
			}
			h.Reset()
		}
	}
}

func TestTreeHasherSumsOnTheWay(t *testing.T) {
	input := pattern(5*mib + 3)
	h := treehash.NewTree()
	for at := 0; at < len(input); {
		n := min(mib/2, len(input)-at)
		if _, err := h.Write(input[at : at+n]); err != nil {
			t.Fatal(err)
		}
		at += n
		if got, want := h.Sum(), treehash.Sum(input[:at]); got != want {
			t.Errorf("after %d bytes: %s, want %s", at, got, want)
		}
	}
}
