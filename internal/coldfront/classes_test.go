package coldfront_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
)

// Listings give storage classes, and the status of a restoration if the request asks for
// it.
func TestListing(t *testing.T) {
	clock := newClock()
	_, c := start(t, coldfront.Options{Now: clock.Now, Delay: hours})
	ctx := t.Context()
	put(t, c, "a & b/ü", types.StorageClassGlacier, "restored")
	put(t, c, "b", types.StorageClassDeepArchive, "ongoing")
	put(t, c, "c", types.StorageClassGlacierIr, "instant")
	put(t, c, "d", "", "standard")
	restore(t, c, "a & b/ü", 1, types.TierExpedited)
	clock.Advance(time.Hour)
	restore(t, c, "b", 1, types.TierBulk)

	list := func(attributes ...types.OptionalObjectAttributes) map[string]types.Object {
		objects := make(map[string]types.Object)
		pages := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{
			Bucket: aws.String(bucket), MaxKeys: aws.Int32(2), OptionalObjectAttributes: attributes,
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, object := range page.Contents {
				objects[*object.Key] = object
			}
		}
		return objects
	}
	for key, class := range map[string]types.ObjectStorageClass{
		"a & b/ü": "GLACIER", "b": "DEEP_ARCHIVE", "c": "GLACIER_IR", "d": "STANDARD",
	} {
		check(t, "class of "+key, list()[key].StorageClass, class)
		check(t, "status of "+key, list()[key].RestoreStatus, (*types.RestoreStatus)(nil))
	}
	told := list(types.OptionalObjectAttributesRestoreStatus)
	check(t, "in progress", *told["a & b/ü"].RestoreStatus.IsRestoreInProgress, false)
	check(t, "expiry", told["a & b/ü"].RestoreStatus.RestoreExpiryDate.Equal(time.Date(2026, 10, 17, 0, 0, 0, 0, time.UTC)), true)
	check(t, "in progress", *told["b"].RestoreStatus.IsRestoreInProgress, true)
	check(t, "expiry", told["b"].RestoreStatus.RestoreExpiryDate, (*time.Time)(nil))
	check(t, "status", told["d"].RestoreStatus, (*types.RestoreStatus)(nil))
	check(t, "class on reading", head(t, c, "d").StorageClass, types.StorageClass(""))

	first, err := c.ListObjects(ctx, &s3.ListObjectsInput{Bucket: aws.String(bucket), EncodingType: types.EncodingTypeUrl, MaxKeys: aws.Int32(1)})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "class by the old listing", first.Contents[0].StorageClass, types.ObjectStorageClassGlacier)
}

func TestUnknownClass(t *testing.T) {
	_, c := start(t, coldfront.Options{})
	_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), StorageClass: "ICE"})
	_, code := answered(t, err)
	check(t, "code", code, "InvalidStorageClass")
}

// The listing of uploads gives the class that each object will have.
func TestUploadsHaveClasses(t *testing.T) {
	_, c := start(t, coldfront.Options{})
	ctx := t.Context()
	if _, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: aws.String(bucket), Key: aws.String("k"), StorageClass: types.StorageClassGlacier,
	}); err != nil {
		t.Fatal(err)
	}
	uploads, err := c.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: aws.String(bucket)})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "uploads", len(uploads.Uploads), 1)
	check(t, "class", uploads.Uploads[0].StorageClass, types.StorageClassGlacier)
}

// An archived object cannot be copied until it is restored. The copy has the class of the
// request.
func TestCopy(t *testing.T) {
	_, c := start(t, coldfront.Options{})
	ctx := t.Context()
	put(t, c, "cold one", types.StorageClassDeepArchive, "text")
	copied := func() error {
		_, err := c.CopyObject(ctx, &s3.CopyObjectInput{
			Bucket: aws.String(bucket), Key: aws.String("copy"), CopySource: aws.String(bucket + "/cold%20one"),
		})
		return err
	}
	var state *types.InvalidObjectState
	err := copied()
	if status, code := answered(t, err); status != 403 || code != "InvalidObjectState" {
		t.Errorf("%d %s", status, code)
	}
	_, err = get(ctx, c, "cold one")
	if !errors.As(err, &state) || state.StorageClass != types.StorageClassDeepArchive {
		t.Errorf("reading: %v", err)
	}
	restore(t, c, "cold one", 1, "")
	if err := copied(); err != nil {
		t.Fatal(err)
	}
	if text, err := get(ctx, c, "copy"); err != nil || text != "text" {
		t.Errorf("%q %v", text, err)
	}
	check(t, "class of the copy", head(t, c, "copy").StorageClass, types.StorageClass(""))
	check(t, "class of the source", head(t, c, "cold one").StorageClass, types.StorageClassDeepArchive)
}

// Each version has its own class and restoration.
func TestVersions(t *testing.T) {
	clock := newClock()
	f := coldfront.Start(t, coldfront.Options{Now: clock.Now, Delay: hours})
	ctx := t.Context()
	if err := f.CreateVersionedBucket(ctx, bucket); err != nil {
		t.Fatal(err)
	}
	c := client(t, f)
	put(t, c, "k", types.StorageClassGlacier, "old")
	old := head(t, c, "k").VersionId
	put(t, c, "k", types.StorageClassStandard, "new")
	if _, err := c.RestoreObject(ctx, &s3.RestoreObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: old, RestoreRequest: &types.RestoreRequest{Days: aws.Int32(1)},
	}); err != nil {
		t.Fatal(err)
	}
	if text, err := get(ctx, c, "k"); err != nil || text != "new" {
		t.Errorf("%q %v", text, err)
	}
	_, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: old})
	_, code := answered(t, err)
	check(t, "code of reading the old one", code, "InvalidObjectState")
	versions, err := c.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{
		Bucket: aws.String(bucket), OptionalObjectAttributes: []types.OptionalObjectAttributes{types.OptionalObjectAttributesRestoreStatus},
	})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "versions", len(versions.Versions), 2)
	for _, v := range versions.Versions {
		isOld := *v.VersionId == *old
		check(t, "class", string(v.StorageClass), map[bool]string{true: "GLACIER", false: "STANDARD"}[isOld])
		check(t, "being restored", v.RestoreStatus != nil, isOld)
	}

	// After the deletion of the latest version, the older version is the latest.
	latest := head(t, c, "k").VersionId
	if _, err := c.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: aws.String(bucket), Delete: &types.Delete{
		Quiet: aws.Bool(true), Objects: []types.ObjectIdentifier{{Key: aws.String("k"), VersionId: latest}},
	}}); err != nil {
		t.Fatal(err)
	}
	objects, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "class of the latest", objects.Contents[0].StorageClass, types.ObjectStorageClassGlacier)
}
