package coldfront_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
)

func keepVersions(t *testing.T, f *coldfront.Front) {
	t.Helper()
	if err := f.SetVersioning(t.Context(), bucket, true); err != nil {
		t.Fatal(err)
	}
}

// A listing continues after any version that ended a page, also between delete markers.
func TestPagesOfVersions(t *testing.T) {
	for size := range 4 {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			f, c := start(t, coldfront.Options{Page: size})
			put(t, c, "b", "", "null")
			keepVersions(t, f)
			for _, key := range []string{"a/x y", "b", "c", "b", "a/x y"} {
				put(t, c, key, "", "text")
			}
			if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("b")}); err != nil {
				t.Fatal(err)
			}
			var got []string
			in := &s3.ListObjectVersionsInput{Bucket: aws.String(bucket)}
			pages := s3.NewListObjectVersionsPaginator(c, in)
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range page.Versions {
					got = append(got, *v.Key+" "+map[bool]string{true: "null", false: "v"}[*v.VersionId == "null"])
				}
				for _, v := range page.DeleteMarkers {
					got = append(got, *v.Key+" marker")
				}
			}
			if size == 0 || size == 3 { // in this listing, the markers of a page come last
				slices.Sort(got)
				check(t, "versions", strings.Join(got, ", "), "a/x y v, a/x y v, b marker, b null, b v, b v, c v")
				return
			}
			check(t, "versions", strings.Join(got, ", "), map[int]string{
				1: "a/x y v, a/x y v, b marker, b v, b v, b null, c v",
				2: "a/x y v, a/x y v, b v, b marker, b v, b null, c v",
			}[size])
		})
	}
}

// An object stored before its bucket kept versions has the version "null", both while it is
// the latest version and later.
func TestNullVersion(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	ctx, null := t.Context(), aws.String("null")
	put(t, c, "k", types.StorageClassGlacier, "old")
	keepVersions(t, f)
	for range 2 {
		h, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: null})
		if err != nil {
			t.Fatal(err)
		}
		check(t, "class", h.StorageClass, types.StorageClassGlacier)
		if _, err := c.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
			Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: null,
			Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}},
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.RestoreObject(ctx, &s3.RestoreObjectInput{
			Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: null, RestoreRequest: &types.RestoreRequest{Days: aws.Int32(1)},
		}); err != nil {
			t.Fatal(err)
		}
		put(t, c, "k", types.StorageClassGlacier, "new")
	}
	_, err := get(ctx, c, "k")
	_, code := answered(t, err)
	check(t, "code of reading the latest", code, "InvalidObjectState")
	tags, err := c.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: null})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "tags", len(tags.TagSet), 1)
}

// A key whose latest version is a delete marker counts as free.
func TestFreeUnderADeleteMarker(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	keepVersions(t, f)
	write := func() error {
		return upload(t, c, &s3.CreateMultipartUploadInput{}, func(_ *s3.UploadPartInput, q *s3.CompleteMultipartUploadInput) { q.IfNoneMatch = aws.String("*") }, nil)
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	_, code := answered(t, write())
	check(t, "code", code, "PreconditionFailed")
	if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("k")}); err != nil {
		t.Fatal(err)
	}
	if err := write(); err != nil {
		t.Error(err)
	}
	check(t, "size of what is there", aws.ToInt64(head(t, c, "k").ContentLength), int64(4))
}

// The removal of a missing version succeeds. An impossible version is refused.
func TestDeletedTwice(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	keepVersions(t, f)
	put(t, c, "a/b/k", "", "text")
	remove := func(version *string) error {
		_, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("a/b/k"), VersionId: version})
		return err
	}
	version := head(t, c, "a/b/k").VersionId
	if err := errors.Join(remove(version), remove(version)); err != nil {
		t.Fatal(err)
	}
	_, code := answered(t, remove(aws.String("nonsense")))
	check(t, "code", code, "InvalidArgument")
}
