package s3vault

import (
	"net/url"
	"testing"

	"firn/vault"
)

// FuzzIDs: an id that is read says the same when it is written again.
func FuzzIDs(f *testing.F) {
	f.Add("key=cold%2Fa&upload=u&part=8388608", "kind=archive-retrieval&key=cold%2Fa&offset=0&size=5&tier=Bulk&started=2026-11-27T10%3A00%3A00Z")
	f.Add("key=cold%2F&upload=", "kind=inventory-retrieval&description=a+b")
	v := &Vault{config: Config{Bucket: "bucket", Prefix: "cold/"}}
	seal := func(query string) string {
		q, _ := url.ParseQuery(query) // what it could read will do
		return sealed(q)
	}
	f.Fuzz(func(t *testing.T, rawUpload, rawJob string) {
		if u, err := v.parseUpload(vault.UploadID(seal(rawUpload))); err == nil {
			if again, err := v.parseUpload(u.ID()); err != nil || again != u {
				t.Errorf("%q is %+v, then %+v, %v", rawUpload, u, again, err)
			}
		}
		if j, err := v.parseJob(vault.JobID(seal(rawJob))); err == nil {
			again, err := v.parseJob(j.ID())
			if err != nil || again.ID() != j.ID() || v.checkKey(j.key) != nil && j.key != "" {
				t.Errorf("%q is %+v, then %+v, %v", rawJob, j, again, err)
			}
		}
	})
}

// FuzzEscape: what metadata keep of a text comes back.
func FuzzEscape(f *testing.F) {
	f.Add("  a  b %20  ")
	f.Fuzz(func(t *testing.T, s string) {
		if got := unescape(escape(s)); got != s {
			t.Errorf("%q comes back as %q", s, got)
		}
	})
}
