package s3vault_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"firn/internal/coldfront"
	"firn/vault"
	"firn/vault/s3vault"
)

// completeClasses returns the classes that decide what happens to an upload.
func completeClasses() []error {
	return []error{vault.ErrNotFound, vault.ErrExists, vault.ErrChecksum, vault.ErrInvalid, vault.ErrDenied, vault.ErrUnavailable}
}

// wantOnly checks that an error belongs to one class only.
func wantOnly(t *testing.T, err, class error) {
	t.Helper()
	for _, c := range completeClasses() {
		if errors.Is(err, c) != (c == class) { //nolint:errorlint // which of these values it is
			t.Errorf("%v: is %v: %t", err, c, errors.Is(err, c))
		}
	}
}

// The properties of a complete object are compared with the bytes sent. A difference means
// neither that the upload was dropped nor that the object is another's.
func TestWhatIsNotProved(t *testing.T) {
	for name, test := range map[string]struct {
		lacks         []s3vault.Feature
		header, value string
		proof, told   string
		without       string
	}{
		"another CRC-64, the ETag of the parts": {nil, "X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAE=", "CRC-64", "AAAAAAAAAAE=", "lacks=crc64nvme"},
		"another size":                          {nil, "Content-Length", "17", "size in bytes", "17", ""},
		"another size, without CRC-64":          {[]s3vault.Feature{s3vault.CRC64NVME}, "Content-Length", "17", "size in bytes", "17", ""},
		"another ETag, without CRC-64": {
			[]s3vault.Feature{s3vault.CRC64NVME}, "ETag", `"96fc7c7d2b7d8a1c4b1e5f4a1d3b6d1f-2"`, "ETag", "96fc7c7d2b7d8a1c4b1e5f4a1d3b6d1f-2", "lacks=etag",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: test.lacks})
			id, c := begin(t, v, "june.mov")
			// Without a CRC-64 there is a request for the key before completing.
			b.front.Fail(coldfront.Fault{Operation: "HeadObject", After: len(test.lacks), Times: 1, Harm: coldfront.Tell, Header: test.header, Value: test.value})
			_, err := v.CompleteUpload(t.Context(), id, c)
			unproved, ok := errors.AsType[*vault.UnprovedError](err)
			if !ok || unproved.ID != "june.mov" || unproved.Proof != test.proof || unproved.Told != test.told || unproved.Without != test.without || unproved.Sent == "" {
				t.Fatalf("CompleteUpload: %#v, %v", unproved, err)
			}
			wantOnly(t, err, vault.ErrChecksum)

			// It is checked again, and nothing is published.
			c.Unproved = unproved.ID
			asked := len(b.front.Requests())
			archive, err := v.CompleteUpload(t.Context(), id, c)
			if err != nil || archive != "june.mov" {
				t.Fatalf("again: %q, %v", archive, err)
			}
			for _, r := range b.front.Requests()[asked:] {
				if r.Operation != "HeadObject" && r.Operation != "PutObjectTagging" {
					t.Errorf("again: %s", r.Operation)
				}
			}
			if j, got := b.fetch(t, v, archive); !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
				t.Errorf("%d bytes came back, tree hash %s", len(got), j.ArchiveTreeHash)
			}
		})
	}
}

// If the tree hash cannot be stored with an object, the object remains valid.
func TestATreeHashThatCannotBeKept(t *testing.T) {
	for _, lacks := range [][]s3vault.Feature{nil, {s3vault.Tagging}} {
		for code, status := range map[string]int{"InvalidTag": 400, "MethodNotAllowed": 405, "InvalidObjectState": 403, "AccessDenied": 403} {
			var told []string
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: lacks, Notice: func(s string) { told = append(told, s) }})
			id, c := begin(t, v, "june.mov")
			for _, operation := range []string{"PutObjectTagging", "PutObject"} {
				b.front.Fail(coldfront.Fault{Operation: operation, Times: 2, Harm: coldfront.Refuse, Status: status, Code: code})
			}
			if archive, err := v.CompleteUpload(t.Context(), id, c); err != nil || archive != "june.mov" {
				t.Errorf("%s: %q, %v", code, archive, err)
			}
			if all := strings.Join(told, "\n"); strings.Count(all, "keep an export") != 1 || len(told) > 1 && !strings.Contains(told[0], "lacks tagging") {
				t.Errorf("%s: told %q", code, told)
			}
		}
	}
}

// A disabled check is not made, and an unverified archive that was deleted is not found.
func TestWhatIsNotProvedWithoutTheProof(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
	b.front.Fail(coldfront.Fault{Operation: "HeadObject", After: 1, Times: -1, Harm: coldfront.Tell, Header: "X-Amz-Checksum-Crc64nvme", Value: "AAAAAAAAAAE="})
	id, c := begin(t, v, "june.mov")
	if _, err := v.CompleteUpload(t.Context(), id, c); !errors.Is(err, vault.ErrChecksum) {
		t.Fatalf("CompleteUpload: %v", err)
	}
	c.Unproved = "june.mov"
	_, err := v.CompleteUpload(t.Context(), id, c)
	wantOnly(t, err, vault.ErrChecksum)
	without := b.open(t, s3vault.Config{Bucket: bucket, Lacks: []s3vault.Feature{s3vault.CRC64NVME}})
	if archive, err := without.CompleteUpload(t.Context(), id, c); err != nil || archive != "june.mov" {
		t.Errorf("without the CRC-64: %q, %v", archive, err)
	}
	remove(t, v, "june.mov")
	_, err = v.CompleteUpload(t.Context(), id, c)
	wantOnly(t, err, vault.ErrNotFound)
}

// An unverified archive that was replaced is not confirmed, whatever the size of the new
// object.
func TestWhatIsNotProvedIsReplaced(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
	b.front.Fail(coldfront.Fault{Operation: "HeadObject", After: 1, Harm: coldfront.Tell, Header: "X-Amz-Checksum-Crc64nvme", Value: "AAAAAAAAAAE="})
	id, c := begin(t, v, "june.mov")
	if _, err := v.CompleteUpload(t.Context(), id, c); !errors.Is(err, vault.ErrChecksum) {
		t.Fatalf("CompleteUpload: %v", err)
	}
	remove(t, v, "june.mov")
	b.put(t, "june.mov", strings.Repeat("x", len(data())), "")
	c.Unproved, c.Description = "june.mov", "a  film"
	for _, lacks := range [][]s3vault.Feature{nil, {s3vault.CRC64NVME}} {
		_, err := b.open(t, s3vault.Config{Bucket: bucket, Lacks: lacks}).CompleteUpload(t.Context(), id, c)
		wantOnly(t, err, vault.ErrExists)
	}
}

// A key that somebody else has taken is reported with the object that has it, and says
// nothing about the features of the service.
func TestAKeyThatIsTaken(t *testing.T) {
	for name, abort := range map[string]bool{"while the upload is unfinished": false, "when the upload is gone": true} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{Notice: func(s string) { t.Errorf("told: %s", s) }})
			id, c := begin(t, v, "june.mov")
			if abort {
				if err := v.AbortUpload(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
			b.put(t, "june.mov", "theirs", "")
			for range 2 {
				_, err := v.CompleteUpload(t.Context(), id, c)
				wantOnly(t, err, vault.ErrExists)
				taken, ok := errors.AsType[*vault.TakenError](err)
				if !ok || taken.ID != "june.mov" || taken.Size != 6 || time.Since(taken.Created) > time.Hour {
					t.Errorf("CompleteUpload: %#v", taken)
				}
			}
			if abort {
				return
			}
			remove(t, v, "june.mov")
			if _, err := v.CompleteUpload(t.Context(), id, c); err != nil {
				t.Errorf("the key is free again: %v", err)
			}
		})
	}
}

// CompleteUpload looks for the object afterwards. If it is not visible yet, the upload does
// not count as dropped.
func TestAnObjectThatDoesNotShow(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
	id, c := begin(t, v, "june.mov")
	b.front.Fail(coldfront.Fault{Operation: "HeadObject", Harm: coldfront.Refuse, Status: 404, Code: "NoSuchKey"})
	_, err := v.CompleteUpload(t.Context(), id, c)
	wantOnly(t, err, vault.ErrUnavailable)
	if archive, err := v.CompleteUpload(t.Context(), id, c); err != nil || archive != "june.mov" {
		t.Errorf("again: %q, %v", archive, err)
	}
}

// It checks the result of Look after another program has changed an object.
func TestLook(t *testing.T) {
	theirs := func(t *testing.T, b *bed, _ vault.Vault) { b.put(t, "june.mov", "theirs", "") }
	for name, test := range map[string]struct {
		versions bool
		act      func(t *testing.T, b *bed, v vault.Vault)
		want     error
		isOther  bool
	}{
		"nothing":             {false, func(*testing.T, *bed, vault.Vault) {}, nil, false},
		"removed":             {false, func(t *testing.T, b *bed, _ vault.Vault) { b.hide(t, "june.mov") }, vault.ErrNotFound, false},
		"replaced":            {false, theirs, nil, true},
		"another version":     {true, theirs, nil, false},
		"hidden":              {true, func(t *testing.T, b *bed, _ vault.Vault) { b.hide(t, "june.mov") }, nil, false},
		"its version is gone": {true, func(t *testing.T, _ *bed, v vault.Vault) { remove(t, v, inventory(t, v, "")[0].ID) }, vault.ErrNotFound, false},
	} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
			if test.versions {
				b.keepVersions(t, true)
			}
			id, c := store(t, v, "june.mov")
			was, err := v.Look(t.Context(), id)
			if err != nil || was.ID != id || was.Size != c.Size || was.ETag == "" || time.Since(was.Created) > time.Hour {
				t.Fatalf("ours: %+v, %v", was, err)
			}
			test.act(t, b, v)
			is, err := v.Look(t.Context(), id)
			if !errors.Is(err, test.want) || err == nil && (is.Size != was.Size || is.ETag != was.ETag) != test.isOther {
				t.Errorf("got %+v, %v", is, err)
			}
		})
	}
}

// A job does not read an object that replaced its own, even if both are made of parts and
// have the same size.
func TestAnObjectOfPartsIsReplaced(t *testing.T) {
	for name, ignores := range map[string][]coldfront.Feature{"": nil, "by a service without conditions": {coldfront.Conditions}} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{Ignores: ignores}, s3vault.Config{})
			store(t, v, "june.mov")
			job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "june.mov", Tier: vault.Bulk})
			if err != nil {
				t.Fatal(err)
			}
			b.clock.Advance(jobTime)
			remove(t, v, "june.mov")
			b.putParts(t, "june.mov")
			b.restored(t, v, "june.mov")
			if j, err := v.Job(t.Context(), job); !errors.Is(err, vault.ErrNotFound) {
				t.Errorf("Job: %+v, %v", j, err)
			}
			for _, r := range []vault.Range{{}, {Size: 1 << 20}} {
				if out, err := v.OpenOutput(t.Context(), job, r); !errors.Is(err, vault.ErrNotFound) {
					t.Errorf("OpenOutput: %+v, %v", out, err)
				}
			}
		})
	}
}

// putParts stores other bytes than data, with the same size and in parts, like another
// program.
func (b *bed) putParts(t *testing.T, key string) {
	t.Helper()
	v := b.open(t, s3vault.Config{Bucket: bucket})
	other := data()
	other[0]++
	id, c := beginOf(t, v, key, other)
	if _, err := v.CompleteUpload(t.Context(), id, c); err != nil {
		t.Fatal(err)
	}
}

// restored restores the present object of a key.
func (b *bed) restored(t *testing.T, v vault.Vault, id vault.ArchiveID) {
	t.Helper()
	if _, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id, Tier: vault.Bulk}); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(jobTime)
}

// The answer to completing was lost, the ETag is not made of those of the parts, and the
// service reports another CRC-64. The metadata of the object still show that it is ours.
func TestWhatIsNotProvedAfterALostAnswer(t *testing.T) {
	changed := time.Unix(1_700_000_000, 0)
	for name, test := range map[string]struct {
		mtime, body string
		class       error
	}{
		"ours":              {"1700000000.000000000", strings.Repeat("x", len(data())), vault.ErrChecksum},
		"of another file":   {"1700000001.000000000", strings.Repeat("x", len(data())), vault.ErrExists},
		"of another length": {"1700000000.000000000", "x", vault.ErrExists},
	} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
			id, c := begin(t, v, "june.mov")
			c.Description, c.ModTime = "a film", changed
			if err := v.AbortUpload(t.Context(), id); err != nil { // the service does not know it any more
				t.Fatal(err)
			}
			if _, err := b.other(t).PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: aws.String(bucket), Key: aws.String("june.mov"), Body: strings.NewReader(test.body),
				Metadata: map[string]string{"firn-description": "a film", "mtime": test.mtime},
			}); err != nil {
				t.Fatal(err)
			}
			_, err := v.CompleteUpload(t.Context(), id, c)
			wantOnly(t, err, test.class)
		})
	}
}
