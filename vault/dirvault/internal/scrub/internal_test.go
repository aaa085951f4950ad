package scrub

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// longestScrub is a file of a scrub that has found as much as is ever written down.
func longestScrub(t testing.TB) []byte {
	t.Helper()
	id := vault.ArchiveID(strings.Repeat("a", layout.ArchiveIDLength))
	at := time.Date(2026, 2, 3, 4, 5, 6, 7_000_000, time.UTC)
	d := Document{
		Version: durable.FormatVersion, Ended: at, Begun: at, UnderWay: true, Asked: true, After: id, In: id, Offset: 1 << 59,
		Archives: 1 << 59, Bytes: 1 << 59, Mended: 1 << 59, LeftOut: 1 << 59,
	}
	reason := reasonOf(errors.New(strings.Repeat("\x01", 1000)))
	for range maxDamages {
		d.add(Damage{Vault: "v", Archive: id, Offset: 1 << 58, Size: 1 << 58, Somewhere: true, Reason: reason}, nil)
	}
	data, err := durable.Encode(&d)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func badScrubs(t testing.TB) [][]byte {
	t.Helper()
	good := longestScrub(t)
	bad := [][]byte{nil, []byte("{}"), good[:len(good)/2], append(bytes.Clone(good), '\n')}
	for _, change := range [][2]string{
		{`"version": 1`, `"version": 2`},
		{`"begun": "2026`, `"begun": "026`},
		{`"after": "a`, `"after": "/`},
		{`"in": "a`, `"in": "/`},
		{`"offset": 5`, `"offset": -5`},
		{`"offset": 576460752303423488`, `"offset": 576460752303423489`},
		{`"archive": "a`, `"archive": "-`},
		{`"size": 2`, `"size": -2`},
		{`"size": 288230376151711744`, `"size": 9223372036854775807`},
		{`"left_out": `, `"left_out": -`},
	} {
		changed := bytes.Replace(good, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(changed, good) {
			t.Fatalf("%q is not in the file", change[0])
		}
		bad = append(bad, changed)
	}
	return bad
}

func TestScrubIsReadStrictly(t *testing.T) {
	if err := durable.Decode(longestScrub(t), new(Document)); err != nil {
		t.Errorf("what was written is refused: %.300v", err)
	}
	for _, data := range badScrubs(t) {
		if err := durable.Decode(data, new(Document)); !errors.Is(err, durable.ErrDamaged) {
			t.Errorf("%.300q: got error %v, want one that tells of damage", data, err)
		}
	}
}

// FuzzScrub: what is read from the file of a scrub makes sense and is written again
// as the same bytes; all else is refused.
func FuzzScrub(f *testing.F) {
	for _, data := range badScrubs(f) {
		f.Add(data[:min(len(data), 2000)])
	}
	var d Document
	if err := durable.Decode(longestScrub(f), &d); err != nil {
		f.Fatal(err)
	}
	d.Damages = d.Damages[:2]
	good, err := durable.Encode(&d)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		var d Document
		if durable.Decode(data, &d) != nil {
			return
		}
		again, err := durable.Encode(&d)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q is written again as %q (error %v)", data, again, err)
		}
		for _, damage := range d.Damages {
			if damage.FirstMiB() < 0 || damage.LastMiB() < damage.FirstMiB() || damage.Offset+damage.Size < 0 {
				t.Fatalf("%q tells of damage in %+v", data, damage)
			}
		}
	})
}
