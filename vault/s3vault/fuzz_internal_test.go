package s3vault

import (
	"net/url"
	"testing"

	"firn/treehash"
	"firn/vault"
)

// FuzzIDs: a parsed id is written in the same way again.
func FuzzIDs(f *testing.F) {
	f.Add("key=cold%2Fa&upload=u&part=8388608", "kind=archive-retrieval&key=cold%2Fa&offset=0&size=5&tier=Bulk&started=2026-11-27T10%3A00%3A00Z")
	f.Add("key=cold%2F&upload=u", "")
	f.Add("key=cold%2Fbad%03%FF&upload=u", "")
	f.Add("key=cold%2F&upload=", "kind=inventory-retrieval&description=a+b")
	f.Add("", "kind=archive-retrieval&key=cold%2Fa&version=01M8DGPWH3QZB0X70038JK7X1F&size=5")
	f.Add("", "kind=archive-retrieval&key=cold%2Fa&etag=f97c5d29941bfb1b2fdab0874906ab82-1&size=5")
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
			if err != nil || again.ID() != j.ID() || v.checkKey(j.of.key) != nil && j.of.key != "" {
				t.Errorf("%q is %+v, then %+v, %v", rawJob, j, again, err)
			}
		}
	})
}

// FuzzArchiveIDs: every valid key and version, and every parsed id, can be written and
// parsed again, whatever the key looks like.
func FuzzArchiveIDs(f *testing.F) {
	f.Add("cold/a", "", "cold/a?versionId=null")
	f.Add("cold/a", "null", "cold/a?versionId=")
	f.Add("cold/a?versionId=b", "", "cold/a?versionId=?versionId=b")
	f.Add("cold/a?versionId=", "01M8DGPWH3QZB0X70038JK7X1F", "a?versionId=b")
	v := &Vault{config: Config{Bucket: "bucket", Prefix: "cold/"}}
	f.Fuzz(func(t *testing.T, key, version, id string) {
		o := object{key, versionOf(&version)}
		if v.checkKey(key) == nil && checkVersion(version) == nil {
			if again, err := v.parseObject(o.ID()); err != nil || again != o {
				t.Errorf("%+v is %q, then %+v, %v", o, o.ID(), again, err)
			}
		}
		if o, err := v.parseObject(vault.ArchiveID(id)); err == nil {
			if again, err := v.parseObject(o.ID()); err != nil || again != o {
				t.Errorf("%q is %+v, then %+v, %v", id, o, again, err)
			}
		}
	})
}

// FuzzSidecars: a sidecar is valid for the object for which it was written, and no other
// text is taken for one.
func FuzzSidecars(f *testing.F) {
	o := listed{etag: `"f97c5d29941bfb1b2fdab0874906ab82-1"`, size: 1 << 40}
	f.Add(sidecarText(o, treehash.Sum([]byte("a"))), o.size, o.etag)
	f.Add("firn-proof 1 +5 0 \n", int64(5), "")
	f.Fuzz(func(t *testing.T, text string, size int64, etag string) {
		o := listed{etag: etag, size: size}
		if hash, err := parseSidecar(text, o); err == nil && sidecarText(o, hash) != text {
			t.Errorf("%q is believed of %+v", text, o)
		}
		hash := treehash.Sum([]byte(text))
		if got, err := parseSidecar(sidecarText(o, hash), o); checkVersion(etag) == nil && (err != nil || got != hash) {
			t.Errorf("%+v: %v, %v", o, got, err)
		}
	})
}

// FuzzEscape: metadata restore the text.
func FuzzEscape(f *testing.F) {
	f.Add("  a  b %20  ")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := url.PathUnescape(escape(s)); err != nil || got != s {
			t.Errorf("%q comes back as %q, %v", s, got, err)
		}
	})
}
