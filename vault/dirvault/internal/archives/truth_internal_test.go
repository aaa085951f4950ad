package archives

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// goodTruth is a truth file as it is written.
func goodTruth(t testing.TB) []byte {
	t.Helper()
	data, err := durable.Encode(&Truth{
		Version:     durable.FormatVersion,
		ID:          vault.ArchiveID(strings.Repeat("a", layout.ArchiveIDLength)),
		Description: `<b>"photos" of 2026</b> \ & more`,
		Size:        1 << 40,
		TreeHash:    treehash.Sum(nil),
		Created:     time.Date(2026, 2, 3, 4, 5, 6, 7_000_000, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// badTruths are what a careless reader would take for a truth file.
func badTruths(t testing.TB) [][]byte {
	t.Helper()
	good := goodTruth(t)
	bad := [][]byte{nil, []byte("null\n"), append(bytes.Clone(good), ' '), bytes.TrimSpace(good), append(bytes.Clone(good), good...)}
	for _, change := range [][2]string{
		{`"version": 1`, `"version": 2`},
		{`"version": 1`, `"Version": 1`},
		{`"version": 1`, `"version": 1, "version": 1`},
		{`"version": 1`, `"version": 1, "more": 1`},
		{`"id": "a`, `"id": "-`},
		{`"id": "a`, `"id": "/`},
		{`"size": 1099511627776`, `"size": -1`},
		{`"size": 1099511627776`, `"size": 1e3`},
		{`"size": 1099511627776`, `"size": 9223372036854775808`},
		{`photos`, `\u0000`},
		{`photos`, `\u0070hotos`},
		{`photos`, strings.Repeat("x", layout.MaxDescription)},
		{`photos`, strings.Repeat("x", durable.MaxDocument)},
		{`e3b0`, `E3B0`},
		{`e3b0`, `e3b`},
		{treehash.Sum(nil).String(), ``},
		{`.007Z`, `.007+01:00`},
		{`2026-02-03T04:05:06.007Z`, `0001-01-01T00:00:00Z`},
		{`2026-02-03T04:05:06.007Z`, `1969-12-31T23:59:59Z`},
		{`:06.007Z`, `:06.0070Z`},
	} {
		changed := bytes.Replace(good, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(changed, good) {
			t.Fatalf("%q is not in the file", change[0])
		}
		bad = append(bad, changed)
	}
	return bad
}

func TestTruthIsReadStrictly(t *testing.T) {
	if err := durable.Decode(goodTruth(t), new(Truth)); err != nil {
		t.Errorf("what was written is refused: %v", err)
	}
	for _, data := range badTruths(t) {
		if err := durable.Decode(data, new(Truth)); !errors.Is(err, durable.ErrDamaged) {
			t.Errorf("%.300q: got error %v, want one that tells of damage", data, err)
		}
	}
}

// FuzzTruth: what is read from a truth file makes sense and is written again as
// the same bytes; all else is refused.
func FuzzTruth(f *testing.F) {
	f.Add(goodTruth(f))
	for _, data := range badTruths(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got Truth
		if durable.Decode(data, &got) != nil {
			return
		}
		again, err := durable.Encode(&got)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q is read as %+v, which is written as %q (error %v)", data, got, again, err)
		}
		if !layout.IsArchiveID(string(got.ID)) || got.Size < 0 || got.TreeHash.IsZero() ||
			len(got.Description) > layout.MaxDescription || got.Created.Location() != time.UTC {
			t.Fatalf("%q is read as %+v", data, got)
		}
	})
}

// TestLongestTruthFits: the limit of a file is above what can be written.
func TestLongestTruthFits(t *testing.T) {
	longest := Truth{
		Version:     durable.FormatVersion,
		ID:          vault.ArchiveID(strings.Repeat("a", layout.ArchiveIDLength)),
		Description: strings.Repeat(`"`, layout.MaxDescription),
		Size:        layout.MaxArchiveSize,
		TreeHash:    treehash.Sum(nil),
		Created:     time.Date(2026, 2, 3, 4, 5, 6, 7_000_000, time.UTC),
	}
	data, err := durable.Encode(&longest)
	if err != nil {
		t.Fatal(err)
	}
	var got Truth
	if err := durable.Decode(data, &got); err != nil || got != longest {
		t.Errorf("read as %+v, error %v", got, err)
	}
}
