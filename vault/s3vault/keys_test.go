package s3vault_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
	"firn/internal/coldfront"
	"firn/vault"
	"firn/vault/s3vault"
)

// strangeKeys returns keys that other programs create.
func strangeKeys() []string {
	return []string{
		"june.tar", "bad\x03name.pdf", "\x01", "z\x1f\x0b", "a b+c 100%.txt", "%41", "a%2Fb", "<&>\"'", "Ag\u00e1tka \U0001F4FC", "tab\tname", "line\nname",
		"\U0010F003", "&#x3;",
	}
}

// Every key that other programs create is listed unchanged, also by pages and behind any
// entry, and its object can be read. That is so at a service that encodes the keys in its
// lists and at one that does not.
func TestListsTellAnyKey(t *testing.T) {
	plain, versioned := (*coldfront.Front).CreateBucket, (*coldfront.Front).CreateVersionedBucket
	for name, o := range map[string]coldfront.Options{
		"encoded": {}, "as they are": {Ignores: []coldfront.Feature{coldfront.Encoding}}, "by pages": {Page: 2},
		"as they are, by pages": {Page: 3, Ignores: []coldfront.Feature{coldfront.Encoding}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, o)
			for bucket, create := range map[string]func() error{
				"plain":    func() error { return plain(b.front, t.Context(), "plain") },
				"versions": func() error { return versioned(b.front, t.Context(), "versions") },
			} {
				if err := create(); err != nil {
					t.Fatal(err)
				}
				v := b.open(t, s3vault.Config{Bucket: bucket, Prefix: "p/"})
				other := b.other(t)
				for _, key := range strangeKeys() {
					_, err := other.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("p/" + key), Body: strings.NewReader("of " + key)})
					if err != nil {
						t.Fatalf("%q: %v", key, err)
					}
				}
				found := inventory(t, v, "")
				var names []string
				for i, e := range found {
					names = append(names, e.Name)
					if _, got := b.fetch(t, v, e.ID); e.Bad != "" || string(got) != "of "+e.Name {
						t.Errorf("%q: bad %q, and %q comes back", e.Name, e.Bad, got)
					}
					if rest := inventory(t, v, e.Next); len(rest) != len(found)-i-1 {
						t.Errorf("behind %q are %d entries, want %d", e.Name, len(rest), len(found)-i-1)
					}
				}
				want := strangeKeys()
				slices.Sort(names)
				slices.Sort(want)
				if !slices.Equal(names, want) {
					t.Errorf("%s lists %q, want %q", bucket, names, want)
				}
			}
		})
	}
}

// beginOther begins an upload like another program, and sends some of its parts.
func (b *bed) beginOther(t *testing.T, key string, parts ...int32) *s3.CreateMultipartUploadOutput {
	t.Helper()
	other := s3.New(b.other(t).Options(), func(o *s3.Options) { // otherwise it cannot read the key in the answer
		o.APIOptions = append(o.APIOptions, amazon.Answers{
			Form: amazon.XML, Most: 1 << 20, Document: func(string, string) (string, bool) { return "", false },
		}.Read)
	})
	u, err := other.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: &key, StorageClass: types.StorageClassGlacier})
	if err != nil {
		t.Fatalf("%q: %v", key, err)
	}
	for _, n := range parts {
		_, err := other.UploadPart(t.Context(), &s3.UploadPartInput{
			Bucket: aws.String(bucket), Key: &key, UploadId: u.UploadId, PartNumber: &n, Body: strings.NewReader(strings.Repeat("a", 5<<20)),
		})
		if err != nil {
			t.Fatalf("%q: %v", key, err)
		}
	}
	return u
}

// asked returns the number of requests of an operation.
func (b *bed) asked(operation string) (n int) {
	for _, r := range b.front.Requests() {
		if r.Operation == operation {
			n++
		}
	}
	return n
}

// Unfinished uploads of other programs are listed and aborted, whatever their keys. Those
// of one name are found without a request for each of the others.
func TestUploadsOfOthers(t *testing.T) {
	for name, o := range map[string]coldfront.Options{
		"encoded": {}, "as they are": {Ignores: []coldfront.Feature{coldfront.Encoding}}, "by pages": {Page: 2},
	} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, o, s3vault.Config{Prefix: "p/"})
			for _, key := range strangeKeys() {
				b.beginOther(t, "p/"+key, 1)
			}
			b.beginOther(t, "p/june.tar.gz")
			ours, err := v.CreateUpload(t.Context(), vault.UploadRequest{Name: "june.tar", PartSize: partSize})
			if err != nil {
				t.Fatal(err)
			}
			parts := b.asked("ListParts")
			var named []vault.UploadID
			for u, err := range v.UploadsNamed(t.Context(), "june.tar") {
				if err != nil || u.Name != "june.tar" {
					t.Fatalf("%+v, %v", u, err)
				}
				named = append(named, u.ID)
			}
			isOurs := func(id vault.UploadID) bool { return v.IsUpload(id, ours) }
			if len(named) != 2 || !slices.ContainsFunc(named, isOurs) {
				t.Errorf("of one name there are %q, want two with %q", named, ours)
			}
			if n, err := v.CountUploads(t.Context()); err != nil || n != len(strangeKeys())+2 {
				t.Errorf("%d are counted, %v", n, err)
			}
			if n := b.asked("ListParts") - parts; n != 2 {
				t.Errorf("the parts of %d uploads were asked for, want 2", n)
			}
			var names []string
			for u, err := range v.Uploads(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, u.Name)
				if err := v.AbortUpload(t.Context(), u.ID); err != nil {
					t.Errorf("abort %q: %v", u.Name, err)
				}
			}
			want := append(strangeKeys(), "june.tar", "june.tar.gz")
			slices.Sort(names)
			slices.Sort(want)
			if !slices.Equal(names, want) {
				t.Errorf("%q are listed, want %q", names, want)
			}
			for u, err := range v.Uploads(t.Context()) {
				t.Errorf("%+v is still there, %v", u, err)
			}
		})
	}
}

// The list contains the part size of an upload if its parts show it. If they do not, its id
// is still recognised.
func TestUploadsWithoutTheirFirstPart(t *testing.T) {
	for name, test := range map[string]struct {
		parts []int32
		size  int64
	}{
		"none": {nil, 0}, "the first": {[]int32{1}, 5 << 20}, "a later one": {[]int32{3}, 0}, "two later ones": {[]int32{4, 7}, 5 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
			b.beginOther(t, "other", 1)
			b.beginOther(t, "june.tar", test.parts...)
			var first vault.Upload
			for u, err := range v.UploadsNamed(t.Context(), "june.tar") {
				if err != nil || u.PartSize != test.size {
					t.Errorf("it tells %+v, %v, want parts of %d", u, err, test.size)
				}
				first = u
			}
			n, err := walkAll(v.Parts(t.Context(), first.ID))
			if test.size > 0 && (err != nil || n != len(test.parts)) {
				t.Errorf("%d parts, %v", n, err)
			}
			for u, err := range v.Uploads(t.Context()) {
				if err != nil || v.IsUpload(u.ID, first.ID) != (u.Name == "june.tar") {
					t.Errorf("%+v, %v", u, err)
				}
			}
		})
	}
}

// A name is refused if S3 cannot have its key, or if other tools would interpret the key in
// another way.
func TestNamesThatNoObjectCanHave(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{Prefix: "p/"})
	before := len(b.front.Requests())
	for _, name := range []string{
		"", "new\nline.tar", "bad\xff.tar", "\x00", "\x7f", "a\tb", "\u0085", "\u2028", ".", "..", "a/../b", "/a", "a/", "a//b", ".firn/a", "b/.firn/c",
		strings.Repeat("x", 1023), strings.Repeat("ü", 512),
	} {
		wantBadName(t, name, v.CheckName(name))
		if name != "" { // without a name it would get one made up
			_, err := v.CreateUpload(t.Context(), vault.UploadRequest{Name: name, PartSize: partSize})
			wantBadName(t, name, err)
		}
		_, err := walkAll(v.UploadsNamed(t.Context(), name))
		wantBadName(t, name, err)
		_, err = v.LookNamed(t.Context(), name)
		wantBadName(t, name, err)
	}
	if n := len(b.front.Requests()); n != before {
		t.Errorf("the service was asked %d times", n-before)
	}
	for _, name := range []string{"a b", "Ag\u00e1tka 100%.JPG", "a/b", ".a", "a..", "-", "+&<>?#\\", strings.Repeat("x", 1022)} {
		if err := v.CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func wantBadName(t *testing.T, name string, err error) {
	t.Helper()
	bad, ok := errors.AsType[*vault.NameError](err)
	if !ok || bad.Name != name || !errors.Is(err, vault.ErrInvalid) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%q: got %v", name, err)
	}
}
