package s3vault_test

import (
	"testing"

	"firn/vault"
	"firn/vault/s3vault"
)

// A key names all versions of its object, and a version names one. A key may contain text
// that looks like a version.
func TestReference(t *testing.T) {
	for text, means := range map[string]map[vault.ArchiveID]bool{
		"a/b":                {"a/b": true, "a/b?versionId=1": true, "a/b2": false, "a": false, "a/b?versionId=x?versionId=1": false},
		"a/b?versionId=1":    {"a/b": false, "a/b?versionId=1": true, "a/b?versionId=11": false},
		"a/b?versionId=null": {"a/b": true, "a/b?versionId=1": false},
		"a?versionId=b?versionId=null": {
			"a?versionId=b?versionId=": true, "a?versionId=b?versionId=1": false, "a?versionId=b": false,
		},
		"": {"a": false},
	} {
		r := s3vault.ParseReference(text)
		for id, want := range means {
			if got := r.Means(id); got != want {
				t.Errorf("%q means %q: %v, want %v", text, id, got, want)
			}
		}
	}
	null := s3vault.ParseReference(s3vault.NullVersionOf("a"))
	if want := (s3vault.Reference{Key: "a", One: true}); null != want {
		t.Errorf("the version without an id is %+v, want %+v", null, want)
	}
}
