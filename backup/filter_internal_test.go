package backup

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"firn/record"
)

// The filter knows all contents that it has, and almost no other.
func TestFilter(t *testing.T) {
	digest := func(i uint64) record.Digest { return sha256.Sum256(binary.BigEndian.AppendUint64(nil, i)) }
	f := filter{}
	if !f.mayHave(digest(1)) {
		t.Error("a filter that is not made excludes a content")
	}
	f.bits = make([]uint64, filterBits/64)
	const n = 200_000
	for i := range uint64(n) {
		d := digest(i)
		f.add(d[:8])
	}
	wrong := 0
	for i := range uint64(2 * n) {
		has := f.mayHave(digest(i))
		if i < n && !has {
			t.Fatalf("the content %d is excluded", i)
		}
		if i >= n && has {
			wrong++
		}
	}
	if wrong > 20 {
		t.Errorf("%d of %d other contents pass", wrong, n)
	}
}
