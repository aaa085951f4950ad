package s3vault_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
	"firn/vault"
	"firn/vault/s3vault"
)

// everything returns all that another program finds: keys, versions and markers.
func (b *bed) everything(t *testing.T) (keys []string) {
	t.Helper()
	out, err := b.other(t).ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(bucket)})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range out.Versions {
		keys = append(keys, *o.Key)
	}
	for _, o := range out.DeleteMarkers {
		keys = append(keys, *o.Key+" (delete marker)")
	}
	return keys
}

// If the service has no tags, a small object keeps the tree hash, for users who have lost
// the catalog.
func TestSidecars(t *testing.T) {
	const sidecar = "films/.firn/2026/june.mov.proof"
	refusing := coldfront.Options{Refuses: []coldfront.Feature{coldfront.Tagging}}
	b, v := newVault(t, refusing, s3vault.Config{Prefix: "films/", Class: s3vault.Glacier})
	id, c := store(t, v, "2026/june.mov")
	kept, err := b.other(t).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(sidecar)})
	if err != nil || kept.StorageClass != "" {
		t.Fatalf("the sidecar is of class %q, %v", kept.StorageClass, err)
	}
	text, err := io.ReadAll(kept.Body)
	if want := fmt.Sprintf("firn-proof 1 %d %s ", c.Size, c.TreeHash); err != nil || !strings.HasPrefix(string(text), want) {
		t.Errorf("it says %q, %v, want %q", text, err, want)
	}

	v = b.open(t, s3vault.Config{Bucket: bucket, Prefix: "films/"})
	if j, got := b.fetch(t, v, id); !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
		t.Errorf("%d bytes came back, tree hash %s", len(got), j.ArchiveTreeHash)
	}
	all := b.open(t, s3vault.Config{Bucket: bucket})
	for _, v := range []vault.Vault{v, all} {
		if found := inventory(t, v, ""); len(found) != 1 || found[0].ID != id {
			t.Errorf("the inventory lists %+v", found)
		}
		_, err := v.CreateUpload(t.Context(), vault.UploadRequest{Name: ".firn/2026/july.mov.proof", PartSize: partSize})
		if !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("an upload under .firn/: %v, want ErrInvalid", err)
		}
	}

	theirs := data()
	theirs[0]++
	for _, test := range []struct {
		what     string
		spoil    func()
		believed bool
	}{
		{"a sidecar cut off", func() { b.put(t, sidecar, string(text[:len(text)-1]), "") }, false},
		{"one that is too large", func() { b.put(t, sidecar, strings.Repeat(string(text), 100), "") }, false},
		{"one that is cold", func() { b.put(t, sidecar, string(text), types.StorageClassGlacier) }, false},
		{"none", func() { b.hide(t, sidecar) }, false},
		{"the right one", func() { b.put(t, sidecar, string(text), "") }, true},
		{"another object", func() { b.put(t, string(id), string(theirs), "") }, false},
	} {
		test.spoil()
		if j, _ := b.fetch(t, v, id); j.ArchiveTreeHash.IsZero() == test.believed {
			t.Errorf("%s: the tree hash is %s", test.what, j.ArchiveTreeHash)
		}
	}

	remove(t, b.open(t, s3vault.Config{Bucket: bucket, Prefix: "films/"}), id)
	if left := b.everything(t); len(left) != 0 {
		t.Errorf("left are %q", left)
	}
}

// Each version has a sidecar of its own, and deleting the version removes it.
func TestSidecarsOfVersions(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: []s3vault.Feature{s3vault.Tagging}})
	b.keepVersions(t, true)
	first, c := store(t, v, "june.mov")
	b.hide(t, "june.mov")
	second, _ := store(t, v, "june.mov")
	for _, id := range []vault.ArchiveID{first, second} {
		if j, _ := b.fetch(t, v, id); j.ArchiveTreeHash != c.TreeHash {
			t.Errorf("%q has the tree hash %s", id, j.ArchiveTreeHash)
		}
		remove(t, v, id)
	}
	if left := b.everything(t); len(left) != 1 || left[0] != "june.mov (delete marker)" {
		t.Errorf("left are %q", left)
	}
}

// A denial is reported once, and does not prevent storing, reading or deleting.
func TestDeniedProofs(t *testing.T) {
	sidecars := regexp.MustCompile(`/\.firn/`)
	for name, test := range map[string]struct {
		lacks []s3vault.Feature
		fault coldfront.Fault
		told  string
	}{
		"reading tags":     {nil, coldfront.Fault{Operation: "GetObjectTagging"}, "allow s3:GetObjectTagging"},
		"writing sidecars": {[]s3vault.Feature{s3vault.Tagging}, coldfront.Fault{Operation: "PutObject", Match: sidecars}, "keep an export"},
		"reading sidecars": {[]s3vault.Feature{s3vault.Tagging}, coldfront.Fault{Operation: "GetObject", Match: sidecars}, "reading the objects under .firn/ is denied"},
		"removing them":    {[]s3vault.Feature{s3vault.Tagging}, coldfront.Fault{Operation: "DeleteObject", Match: sidecars}, "removing the objects under .firn/ is denied"},
	} {
		t.Run(name, func(t *testing.T) {
			var told []string
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: test.lacks, Notice: func(s string) { told = append(told, s) }})
			test.fault.Status, test.fault.Code, test.fault.Times = 403, "AccessDenied", -1
			b.front.Fail(test.fault)
			for _, name := range []string{"june.mov", "july.mov"} {
				id, c := store(t, v, name)
				j, got := b.fetch(t, v, id)
				if !bytes.Equal(got, data()) || j.ArchiveTreeHash.IsZero() == (test.fault.Operation == "DeleteObject") {
					t.Errorf("%d bytes came back, tree hash %s of %s", len(got), j.ArchiveTreeHash, c.TreeHash)
				}
				remove(t, v, id)
			}
			if len(told) != 1 || !strings.Contains(told[0], test.told) {
				t.Errorf("told %q, want %q once", told, test.told)
			}
			if found := inventory(t, v, ""); len(found) != 0 {
				t.Errorf("the inventory lists %+v", found)
			}
		})
	}
}

// HasArchives needs only the first entry of the list, however many sidecars precede the
// first object.
func TestHasArchivesBehindSidecars(t *testing.T) {
	b, v := newVault(t, coldfront.Options{Page: 1}, s3vault.Config{Lacks: []s3vault.Feature{s3vault.Tagging}})
	for _, key := range []string{".firn/a.proof", ".firn/b.proof", ".firn/c.proof", "a", "b", "c"} {
		b.put(t, key, "x", "")
	}
	asked := len(b.front.Requests())
	if has, err := v.HasArchives(t.Context()); err != nil || !has {
		t.Fatalf("%t, %v", has, err)
	}
	if requests := b.front.Requests()[asked:]; len(requests) != 1 {
		t.Errorf("asked %+v", requests)
	}
}

// An older sidecar does not mean that the service has no tags.
func TestASidecarThatIsThereTellsNothingOfTags(t *testing.T) {
	for name, ignores := range map[string][]coldfront.Feature{"tags": nil, "no tags": {coldfront.TaggingQuery}} {
		t.Run(name, func(t *testing.T) {
			var told []string
			b, v := newVault(t, coldfront.Options{Ignores: ignores}, s3vault.Config{Notice: func(s string) { told = append(told, s) }})
			b.put(t, ".firn/june.mov.proof", "from before", "")
			id, c := store(t, v, "june.mov")
			if j, got := b.fetch(t, v, id); !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
				t.Errorf("%d bytes came back, tree hash %s", len(got), j.ArchiveTreeHash)
			}
			if len(told) != len(ignores) {
				t.Errorf("told %q", told)
			}
			if n := b.asked("PutObjectTagging"); n == 0 {
				t.Error("no tags were tried")
			}
		})
	}
}
