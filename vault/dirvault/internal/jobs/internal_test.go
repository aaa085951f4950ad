package jobs

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

// goodJobs are jobs as they are written, the second as long as one can be.
func goodJobs(t testing.TB) [][]byte {
	t.Helper()
	at := time.Date(2026, 2, 3, 4, 5, 6, 7_000_000, time.UTC)
	archive := vault.ArchiveID(strings.Repeat("a", layout.ArchiveIDLength))
	var all [][]byte
	for _, d := range []Document{
		{
			Kind: vault.RetrieveArchive, Archive: archive, ArchiveSize: 100, ArchiveHash: treehash.Sum(nil),
			Offset: 10, Size: 90, TreeHash: treehash.Sum(nil), Tier: vault.Bulk, Description: `<b>"token" & \</b>`,
		},
		{
			Kind: vault.RetrieveInventory, Size: 1 << 40, Topic: strings.Repeat("t", layout.MaxTopic), Description: strings.Repeat(`"`, layout.MaxDescription),
			List:       List{Since: at, Until: at.Add(time.Hour), Limit: 1 << 60, Marker: archive, CSV: true},
			NextMarker: archive, Damaged: 1 << 40,
		},
	} {
		d.Version, d.ID = durable.FormatVersion, vault.JobID(strings.Repeat("j", layout.JobIDLength))
		d.Created, d.Completed, d.Expires = at, at.Add(4*time.Hour), at.Add(28*time.Hour)
		data, err := durable.Encode(&d)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data)
	}
	return all
}

// badJobs are what a careless reader would take for the longest of goodJobs.
func badJobs(t testing.TB) [][]byte {
	t.Helper()
	good := goodJobs(t)[1]
	var bad [][]byte
	for _, change := range [][2]string{
		{`"id": "j`, `"id": "/`},
		{`inventory-retrieval`, `archive-retrieval`},
		{`inventory-retrieval`, `select`},
		{`"size": 1099511627776`, `"size": -1`},
		{`"offset": 0`, `"offset": 1152921504606846976`},
		{`"limit": 1152921504606846976`, `"limit": -1`},
		{`"limit": 1152921504606846976`, `"limit": 0`},
		{`"marker": "a`, `"marker": "/`},
		{`"next_marker": "a`, `"next_marker": "-`},
		{`"since": "2026`, `"since": "2027`},
		{`"csv": true`, `"csv": false`},
		{`"damaged": 1099511627776`, `"damaged": -1`},
		{`"topic": "t`, `"topic": "/`},
	} {
		changed := bytes.Replace(good, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(changed, good) {
			t.Fatalf("%q is not in the file", change[0])
		}
		bad = append(bad, changed)
	}
	return bad
}

func TestJobIsReadStrictly(t *testing.T) {
	for _, data := range goodJobs(t) {
		if err := durable.Decode(data, new(Document)); err != nil {
			t.Errorf("what was written is refused: %v", err)
		}
	}
	for _, data := range badJobs(t) {
		if err := durable.Decode(data, new(Document)); !errors.Is(err, durable.ErrDamaged) {
			t.Errorf("%q: got error %v, want one that tells of damage", data, err)
		}
	}
}

// FuzzJob: what is read from a job's file makes sense and is written again as the
// same bytes; all else is refused.
func FuzzJob(f *testing.F) {
	for _, data := range append(goodJobs(f), badJobs(f)...) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var d Document
		if durable.Decode(data, &d) != nil {
			return
		}
		again, err := durable.Encode(&d)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q is written again as %q (error %v)", data, again, err)
		}
		j := d.job()
		if !layout.IsJobID(string(j.ID)) || j.Range.Offset < 0 || j.Range.Size < 0 || j.Range.End() < 0 || j.Size < 0 ||
			j.List.Limit < 0 || j.Marker != "" && !layout.IsArchiveID(j.Marker) || len(j.Description) > layout.MaxDescription {
			t.Fatalf("%q is read as %+v", data, j)
		}
	})
}
