package s3vault_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
	"firn/vault"
	"firn/vault/s3vault"
)

// keepVersions makes the bucket keep versions, or stop keeping new ones.
func (b *bed) keepVersions(t *testing.T, enabled bool) {
	t.Helper()
	if err := b.front.SetVersioning(t.Context(), bucket, enabled); err != nil {
		t.Fatal(err)
	}
}

// hide adds a delete marker to a key, like another program that deletes it.
func (b *bed) hide(t *testing.T, key string) {
	t.Helper()
	if _, err := b.other(t).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: &key}); err != nil {
		t.Fatal(err)
	}
}

// store uploads data under a name.
func store(t *testing.T, v vault.Vault, name string) (vault.ArchiveID, vault.Completion) {
	t.Helper()
	id, c := begin(t, v, name)
	archive, err := v.CompleteUpload(t.Context(), id, c)
	if err != nil {
		t.Fatalf("CompleteUpload: %v", err)
	}
	return archive, c
}

func idsOf(entries []vault.Entry) (ids []vault.ArchiveID) {
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	return ids
}

func remove(t *testing.T, v vault.Vault, id vault.ArchiveID) {
	t.Helper()
	if err := v.DeleteArchive(t.Context(), id); err != nil {
		t.Fatalf("DeleteArchive(%q): %v", id, err)
	}
}

// A later object of another program under the same key is another archive.
func TestVersionsAreArchives(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{Prefix: "films/"})
	b.keepVersions(t, true)
	ours, c := store(t, v, "june.mov")
	if !strings.HasPrefix(string(ours), "films/june.mov?versionId=") {
		t.Errorf("the archive is %q", ours)
	}
	b.put(t, "films/june.mov", "theirs", types.StorageClassDeepArchive)
	found := inventory(t, v, "")
	if len(found) != 2 || found[0].Size != 6 || found[1].ID != ours || found[0].Name != "june.mov" || found[1].Name != "june.mov" {
		t.Fatalf("the inventory lists %+v", found)
	}
	theirs := found[0].ID
	if j, got := b.fetch(t, v, ours); !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash || j.Archive != ours {
		t.Errorf("ours: %d bytes, %+v", len(got), j)
	}
	if j, got := b.fetch(t, v, theirs); string(got) != "theirs" || !j.ArchiveTreeHash.IsZero() || j.Archive != theirs {
		t.Errorf("theirs: %q, %+v", got, j)
	}
	var restored []vault.ArchiveID
	for j, err := range v.Jobs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		restored = append(restored, j.Archive)
	}
	if !slices.Equal(restored, []vault.ArchiveID{theirs, ours}) {
		t.Errorf("the jobs are for %q", restored)
	}
	remove(t, v, ours)
	remove(t, v, ours)
	if left := idsOf(inventory(t, v, "")); !slices.Equal(left, []vault.ArchiveID{theirs}) {
		t.Errorf("left are %q", left)
	}
	if _, got := b.fetch(t, v, theirs); string(got) != "theirs" {
		t.Errorf("left is %q", got)
	}
	if _, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: ours}); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("StartJob: %v, want ErrNotFound", err)
	}
	asked := 0
	for _, r := range b.front.Requests() {
		if r.Operation == "GetBucketVersioning" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("it was asked %d times whether the bucket keeps versions", asked)
	}
}

// A job reads the object that existed when it was started, or none.
func TestJobsArePinned(t *testing.T) {
	const versioned, plain = true, false
	for name, test := range map[string]struct {
		keeps bool
		lacks []s3vault.Feature
		class types.StorageClass
		want  string // empty: nothing
	}{
		"archived":          {versioned, nil, types.StorageClassGlacier, "first"},
		"not archived":      {versioned, nil, "", "first"},
		"without versions":  {plain, nil, types.StorageClassGlacier, ""},
		"neither":           {plain, nil, "", ""},
		"not to be used":    {versioned, []s3vault.Feature{s3vault.Versions}, types.StorageClassGlacier, ""},
		"not used, at once": {versioned, []s3vault.Feature{s3vault.Versions}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: test.lacks})
			if test.keeps {
				b.keepVersions(t, true)
			}
			b.put(t, "a", "first", test.class)
			started, _ := b.fetch(t, v, inventory(t, v, "")[0].ID)
			jobs := []vault.JobID{started.ID}
			for j, err := range v.Jobs(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				jobs = append(jobs, j.ID)
			}
			b.put(t, "a", "other", "")
			for _, id := range jobs {
				_, err := v.Job(t.Context(), id)
				if (test.want == "") != errors.Is(err, vault.ErrNotFound) {
					t.Errorf("Job: %v", err)
				}
				out, err := v.OpenOutput(t.Context(), id, vault.Range{})
				if test.want == "" {
					if !errors.Is(err, vault.ErrNotFound) || !strings.Contains(err.Error(), "another object has taken its place") {
						t.Errorf("OpenOutput: %v", err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(out)
				if err := errors.Join(err, out.Close()); err != nil || string(got) != test.want {
					t.Errorf("got %q, %v", got, err)
				}
			}
		})
	}
}

// An object stored before a bucket kept versions, or while it did not, keeps its id for
// ever.
func TestBucketsThatBeginToKeepVersions(t *testing.T) {
	for name, before := range map[string]func(*bed, *testing.T){
		"not before": func(*bed, *testing.T) {},
		"suspended":  func(b *bed, t *testing.T) { b.keepVersions(t, true); b.keepVersions(t, false) },
	} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
			before(b, t)
			ours, c := store(t, v, "june.mov")
			if found := idsOf(inventory(t, v, "")); ours != "june.mov" || !slices.Equal(found, []vault.ArchiveID{ours}) {
				t.Errorf("the upload is %q, the inventory lists %q", ours, found)
			}
			b.keepVersions(t, true)
			v = b.open(t, s3vault.Config{Bucket: bucket})
			if j, got := b.fetch(t, v, ours); !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
				t.Errorf("%d bytes came back, %+v", len(got), j)
			}
			b.put(t, "june.mov", "theirs", "")
			if j, got := b.fetch(t, v, ours); !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
				t.Errorf("%d bytes came back after it was overwritten, %+v", len(got), j)
			}
			found := idsOf(inventory(t, v, ""))
			if len(found) != 2 || found[1] != ours {
				t.Fatalf("the inventory lists %q", found)
			}
			remove(t, v, ours)
			remove(t, v, ours)
			if left := idsOf(inventory(t, v, "")); !slices.Equal(left, found[:1]) {
				t.Errorf("left are %q", left)
			}
		})
	}
}

// A key under a delete marker is free, and its versions still exist.
func TestDeleteMarkers(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
	b.keepVersions(t, true)
	first, _ := store(t, v, "june.mov")
	b.hide(t, "june.mov")
	if found := idsOf(inventory(t, v, "")); !slices.Equal(found, []vault.ArchiveID{first}) {
		t.Errorf("under a delete marker there are %q", found)
	}
	second, c := store(t, v, "june.mov")
	b.hide(t, "june.mov")
	if found := idsOf(inventory(t, v, "")); !slices.Equal(found, []vault.ArchiveID{second, first}) {
		t.Errorf("the inventory lists %q, want %q and %q", found, second, first)
	}
	if j, got := b.fetch(t, v, second); !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
		t.Errorf("%d bytes came back", len(got))
	}
	listed, err := b.other(t).ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(bucket)})
	if err != nil {
		t.Fatal(err)
	}
	marker := vault.ArchiveID("june.mov?versionId=" + *listed.DeleteMarkers[0].VersionId)
	if _, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: marker}); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("a delete marker is an archive: %v", err)
	}
}

// With lacks=versions ids are keys, and deletions only hide objects.
func TestVersionsThatAreNotToBeUsed(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: []s3vault.Feature{s3vault.Versions}})
	b.keepVersions(t, true)
	id, c := store(t, v, "june.mov")
	if found := idsOf(inventory(t, v, "")); id != "june.mov" || !slices.Equal(found, []vault.ArchiveID{id}) {
		t.Errorf("the upload is %q, the inventory lists %q", id, found)
	}
	if j, got := b.fetch(t, v, id); !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
		t.Errorf("%d bytes came back", len(got))
	}
	remove(t, v, id)
	if found := inventory(t, v, ""); len(found) != 0 {
		t.Errorf("the inventory lists %+v", found)
	}
	used := b.open(t, s3vault.Config{Bucket: bucket})
	hidden := inventory(t, used, "")
	if len(hidden) != 1 {
		t.Fatalf("hidden are %+v", hidden)
	}
	if err := v.DeleteArchive(t.Context(), hidden[0].ID); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("deleting a version: %v, want ErrInvalid", err)
	}
}

// A bucket without versions has no object with a version. The object of the key is not
// touched.
func TestVersionsOfAPlainBucket(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
	b.put(t, "a", "bytes", "")
	b.put(t, "a?versionId=b", "other", "")
	for _, id := range []vault.ArchiveID{"a?versionId=01M8DGPWH3QZB0X70038JK7X1F", "a?versionId=b", "a?versionId=\n", "a?versionId=b?versionId=c"} {
		if _, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id}); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("StartJob(%q): %v, want ErrNotFound", id, err)
		}
		remove(t, v, id)
	}
	for id, want := range map[vault.ArchiveID]string{"a": "bytes", "a?versionId=null": "bytes", "a?versionId=b?versionId=": "other"} {
		if _, got := b.fetch(t, v, id); string(got) != want {
			t.Errorf("%q is %q, want %q", id, got, want)
		}
	}
	remove(t, v, "a")
	if left := idsOf(inventory(t, v, "")); !slices.Equal(left, []vault.ArchiveID{"a?versionId=b?versionId="}) {
		t.Errorf("left are %q", left)
	}
}

// A list of versions can be resumed behind each of its entries, wherever its pages end.
func TestInventoryOfVersionsGoesOn(t *testing.T) {
	b, v := newVault(t, coldfront.Options{Page: 2}, s3vault.Config{})
	b.put(t, "b", "null", "")
	b.keepVersions(t, true)
	for _, key := range []string{"a", "b", "b", "c", "a", "d?versionId=e", "b"} {
		b.put(t, key, "text", types.StorageClassGlacier)
	}
	b.hide(t, "b")
	b.hide(t, "c")
	all := inventory(t, v, "")
	if len(all) != 8 {
		t.Fatalf("there are %q", idsOf(all))
	}
	for i, e := range all {
		if rest := idsOf(inventory(t, v, e.Next)); !slices.Equal(rest, idsOf(all[i+1:])) {
			t.Errorf("behind %q there are %q, want %q", e.ID, rest, idsOf(all[i+1:]))
		}
	}
}

// A denial contains advice.
func TestDeniedVersions(t *testing.T) {
	for name, test := range map[string]struct {
		operation, advice string
		call              func(vault.Vault, vault.ArchiveID, *testing.T) error
	}{
		"to ask": {"GetBucketVersioning", "allow s3:GetBucketVersioning, or add lacks=versions", func(v vault.Vault, id vault.ArchiveID, t *testing.T) error {
			_, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id})
			return err
		}},
		"to ask before an upload": {"GetBucketVersioning", "allow s3:GetBucketVersioning", func(v vault.Vault, _ vault.ArchiveID, t *testing.T) error {
			_, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: partSize})
			return err
		}},
		"to list": {"ListObjectVersions", "allow s3:ListBucketVersions", func(v vault.Vault, _ vault.ArchiveID, t *testing.T) error {
			job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
			for _, listErr := range v.Inventory(t.Context(), job, "") {
				err = errors.Join(err, listErr)
			}
			return err
		}},
		"to delete": {"DeleteObject", "Object Lock keeps this version", func(v vault.Vault, id vault.ArchiveID, t *testing.T) error {
			return v.DeleteArchive(t.Context(), id)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
			b.keepVersions(t, true)
			b.put(t, "a", "bytes", "")
			id := inventory(t, v, "")[0].ID
			b.front.Fail(coldfront.Fault{Operation: test.operation, Status: 403, Code: "AccessDenied", Times: -1})
			err := test.call(b.open(t, s3vault.Config{Bucket: bucket}), id, t)
			if !errors.Is(err, vault.ErrDenied) || !strings.Contains(err.Error(), test.advice) {
				t.Errorf("got %v, want ErrDenied and %q", err, test.advice)
			}
		})
	}
}
