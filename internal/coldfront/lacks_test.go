package coldfront_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
)

// A service that lacks a feature refuses requests for it.
func TestRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		feature coldfront.Feature
		put     *s3.PutObjectInput
		code    string
	}{
		"conditions": {coldfront.Conditions, &s3.PutObjectInput{IfNoneMatch: aws.String("*")}, "NotImplemented"},
		"crc64nvme":  {coldfront.CRC64NVME, &s3.PutObjectInput{ChecksumCRC64NVME: aws.String(crc64nvme(nil))}, "InvalidArgument"},
		"checksums":  {coldfront.Checksums, &s3.PutObjectInput{}, "InvalidArgument"},
		"tagging":    {coldfront.Tagging, &s3.PutObjectInput{Tagging: aws.String("a=b")}, "NotImplemented"},
		"classes":    {coldfront.Classes, &s3.PutObjectInput{StorageClass: types.StorageClassGlacier}, "InvalidStorageClass"},
	} {
		t.Run(name, func(t *testing.T) {
			_, c := start(t, coldfront.Options{Refuses: []coldfront.Feature{test.feature}})
			test.put.Bucket, test.put.Key = aws.String(bucket), aws.String("k")
			_, err := c.PutObject(t.Context(), test.put)
			_, code := answered(t, err)
			check(t, "code", code, test.code)
			bare := s3.New(c.Options(), func(o *s3.Options) { o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired })
			put(t, bare, "k", "", "plain")
		})
	}
	t.Run("versions", func(t *testing.T) {
		_, c := start(t, coldfront.Options{Refuses: []coldfront.Feature{coldfront.Versions}})
		_, err := c.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String(bucket)})
		_, code := answered(t, err)
		check(t, "code", code, "NotImplemented")
	})
	t.Run("restore", func(t *testing.T) {
		_, c := start(t, coldfront.Options{Refuses: []coldfront.Feature{coldfront.Restore}})
		put(t, c, "k", types.StorageClassGlacier, "text")
		_, code := restore(t, c, "k", 1, "")
		check(t, "code", code, "NotImplemented")
	})
}

// A service ignores the features that it does not know, in single requests and in multipart
// uploads.
func TestIgnores(t *testing.T) {
	_, c := start(t, coldfront.Options{Ignores: []coldfront.Feature{
		coldfront.Conditions, coldfront.Checksums, coldfront.Tagging, coldfront.Classes, coldfront.RestoreStatus,
	}})
	ctx := t.Context()
	wrong := aws.String(crc64nvme([]byte("else")))
	look := func(what string) {
		t.Helper()
		h, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), ChecksumMode: types.ChecksumModeEnabled})
		if err != nil {
			t.Fatal(err)
		}
		check(t, "class of "+what, h.StorageClass, types.StorageClass(""))
		check(t, "tags of "+what, aws.ToInt32(h.TagCount), int32(0))
		check(t, "checksum of "+what, h.ChecksumCRC64NVME, (*string)(nil))
		check(t, "type of the checksum of "+what, h.ChecksumType, types.ChecksumType(""))
	}
	for range 2 { // the second replaces the first despite its condition
		if _, err := c.PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: aws.String("k"), IfNoneMatch: aws.String("*"), Tagging: aws.String("a=b"),
			StorageClass: types.StorageClassGlacier, ChecksumCRC64NVME: wrong,
		}); err != nil {
			t.Fatal(err)
		}
		look("an object")
	}
	for range 2 {
		if err := upload(t, c, fullObject(), func(p *s3.UploadPartInput, q *s3.CompleteMultipartUploadInput) {
			p.ChecksumCRC64NVME, q.ChecksumCRC64NVME, q.ChecksumType = wrong, wrong, types.ChecksumTypeFullObject
			q.IfNoneMatch = aws.String("*")
			q.MultipartUpload.Parts[0].ChecksumCRC64NVME = wrong
		}, nil); err != nil {
			t.Fatal(err)
		}
		look("an upload")
	}
	_, code := restore(t, c, "k", 1, "")
	check(t, "code", code, "InvalidObjectState")
}

// A service that ignores one checksum keeps the others.
func TestIgnoresOneChecksum(t *testing.T) {
	_, c := start(t, coldfront.Options{Ignores: []coldfront.Feature{coldfront.CRC64NVME}})
	put(t, c, "k", "", "text") // with the CRC32 of the SDK
	h, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "checksum", aws.ToString(h.ChecksumCRC32), "O4unxw==")
	if err := upload(t, c, fullObject(), func(p *s3.UploadPartInput, _ *s3.CompleteMultipartUploadInput) {
		p.ChecksumCRC64NVME = aws.String(crc64nvme([]byte("else")))
	}, nil); err != nil {
		t.Fatal(err)
	}
}
