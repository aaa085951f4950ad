package wire

import (
	"fmt"
	"testing"

	"firn/server/internal/refusal"
	"firn/treehash"
	"firn/vault"
)

func FuzzByteRange(f *testing.F) {
	for _, value := range []string{
		"bytes=0-0", "bytes=0-", "bytes=-1", "bytes=-0", "bytes=5-4", "bytes 0-9/100", "bytes=0-1,3-4", "bytes=--1",
		"bytes=00-01", "bytes=+1-2", "bytes=9223372036854775807-", "bytes=0-99999999999999999999", "bytes=1048576-2097151",
	} {
		f.Add(value, int64(2<<20))
		f.Add(value, int64(1))
	}
	f.Fuzz(func(t *testing.T, value string, size int64) {
		asked, ok := parseByteRange(value)
		if !ok || size < 1 {
			return
		}
		r, ok := asked.of(size)
		if !ok {
			if asked.first < size {
				t.Errorf("%q has no bytes of %d", value, size)
			}
			return
		}
		if r.Offset < 0 || r.Size < 1 || r.End() > size {
			t.Fatalf("%q of %d bytes is %+v", value, size, r)
		}
		plain := fmt.Sprintf("bytes=%d-%d", r.Offset, r.End()-1)
		again, ok := parseByteRange(plain)
		if same, there := again.of(size); !ok || !there || same != r {
			t.Errorf("%q is %+v, but %q is %+v", value, r, plain, same)
		}
	})
}

func FuzzRetrievalRange(f *testing.F) {
	f.Add("0-1048575", int64(5<<20))
	f.Add("1048576-5242884", int64(5<<20+5))
	f.Add("0-0", int64(1))
	f.Add("0-9223372036854775806", int64(1<<62))
	f.Fuzz(func(t *testing.T, text string, size int64) {
		r, ok := ParseRetrievalRange(text, size)
		if !ok {
			return
		}
		if !treehash.MegabyteAligned(r.Offset, r.End()-1, size) {
			t.Errorf("%q was read as %+v of %d bytes", text, r, size)
		}
		plain := fmt.Sprintf("%d-%d", r.Offset, r.End()-1)
		if again, ok := ParseRetrievalRange(plain, size); !ok || again != r {
			t.Errorf("%q was read as %+v, and that as %+v", text, r, again)
		}
	})
}

func FuzzJobParameters(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `{"Type":"archive-retrieval","ArchiveId":"x","RetrievalByteRange":"0-1"}`,
		`{"Type":"inventory-retrieval","Format":"CSV","InventoryRetrievalParameters":{"StartDate":"2013-03-20T17:03:43Z","EndDate":"2013-03-21","Limit":"5","Marker":"m"}}`,
		`{"Type":"inventory-retrieval","InventoryRetrievalParameters":null,"SNSTopic":null}`,
		`{"Type":"archive-retrieval","ArchiveId":"x","SNSTopic":"arn:aws:sns:us-east-1:012345678901:t.fifo","Tier":"Bulk"}`,
		`{"type":"select"}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := ParseJobParameters(body)
		if err != nil {
			if e := refusal.Of(err); e.Status != 400 {
				t.Errorf("refused with %v", err)
			}
			return
		}
		kind := vault.JobKind(p.Type)
		if kind != vault.RetrieveArchive && kind != vault.RetrieveInventory || !isDescription(p.Description) ||
			(kind == vault.RetrieveArchive) != IsID(p.ArchiveID) {
			t.Errorf("accepted %+v", p)
		}
		list, err := p.Listing()
		if err == nil && (list.Limit < 0 || len(list.Marker) > maxMarker) {
			t.Errorf("accepted %+v", list)
		}
	})
}
