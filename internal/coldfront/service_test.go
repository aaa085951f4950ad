package coldfront_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
)

// fullObject returns a request for an upload whose checksum covers the whole object.
func fullObject() *s3.CreateMultipartUploadInput {
	return &s3.CreateMultipartUploadInput{
		StorageClass: types.StorageClassGlacier, Metadata: map[string]string{"a": "b"}, Tagging: aws.String("x=y"),
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumType: types.ChecksumTypeFullObject,
	}
}

// TestCompletion checks what the service verifies when an upload is completed.
func TestCompletion(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*s3.CompleteMultipartUploadInput)
		code   string // empty means success
	}{
		"right":          {func(*s3.CompleteMultipartUploadInput) {}, ""},
		"wrong checksum": {func(q *s3.CompleteMultipartUploadInput) { q.ChecksumCRC64NVME = aws.String(crc64nvme([]byte("else"))) }, "BadDigest"},
		"wrong size":     {func(q *s3.CompleteMultipartUploadInput) { q.MpuObjectSize = aws.Int64(5) }, "InvalidRequest"},
		"wrong type":     {func(q *s3.CompleteMultipartUploadInput) { q.ChecksumType = types.ChecksumTypeComposite }, "InvalidRequest"},
		"no such part":   {func(q *s3.CompleteMultipartUploadInput) { q.MultipartUpload.Parts[0].PartNumber = aws.Int32(2) }, "InvalidPart"},
		"no such upload": {func(q *s3.CompleteMultipartUploadInput) { q.UploadId = aws.String("none") }, "NoSuchUpload"},
		"no parts":       {func(q *s3.CompleteMultipartUploadInput) { q.MultipartUpload.Parts = nil }, "MalformedXML"},
	} {
		t.Run(name, func(t *testing.T) {
			_, c := start(t, coldfront.Options{})
			sum := aws.String(crc64nvme([]byte("text")))
			err := upload(t, c, fullObject(), func(p *s3.UploadPartInput, q *s3.CompleteMultipartUploadInput) {
				p.ChecksumCRC64NVME, q.ChecksumCRC64NVME, q.ChecksumType = sum, sum, types.ChecksumTypeFullObject
				q.MultipartUpload.Parts[0].ChecksumCRC64NVME = sum
				q.MpuObjectSize, q.IfNoneMatch = aws.Int64(4), aws.String("*")
			}, test.change)
			code := ""
			if err != nil {
				_, code = answered(t, err)
			}
			check(t, "code", code, test.code)
			if test.code != "" {
				return
			}
			h, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{
				Bucket: aws.String(bucket), Key: aws.String("k"), ChecksumMode: types.ChecksumModeEnabled,
			})
			if err != nil {
				t.Fatal(err)
			}
			check(t, "checksum", aws.ToString(h.ChecksumCRC64NVME), *sum)
			check(t, "checksum's type", h.ChecksumType, types.ChecksumTypeFullObject)
			check(t, "metadata", h.Metadata["a"], "b")
			check(t, "tags", aws.ToInt32(h.TagCount), int32(1))
		})
	}
}

// A conditional request does not replace an existing object, and the upload stays.
func TestConditions(t *testing.T) {
	_, c := start(t, coldfront.Options{})
	ctx := t.Context()
	put(t, c, "k", "", "there")
	var upl *string
	err := upload(t, c, &s3.CreateMultipartUploadInput{}, func(_ *s3.UploadPartInput, q *s3.CompleteMultipartUploadInput) {
		q.IfNoneMatch, upl = aws.String("*"), q.UploadId
	}, nil)
	status, code := answered(t, err)
	check(t, "status", status, 412)
	check(t, "code", code, "PreconditionFailed")
	if _, err := c.ListParts(ctx, &s3.ListPartsInput{Bucket: aws.String(bucket), Key: aws.String("k"), UploadId: upl}); err != nil {
		t.Error(err)
	}
	_, err = c.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), IfNoneMatch: aws.String("*")})
	_, code = answered(t, err)
	check(t, "code of putting", code, "PreconditionFailed")
}

// A client that lost the answer completes the upload again. That succeeds while the object
// exists.
func TestCompletedTwice(t *testing.T) {
	_, c := start(t, coldfront.Options{})
	var again *s3.CompleteMultipartUploadInput
	if err := upload(t, c, fullObject(), nil, func(q *s3.CompleteMultipartUploadInput) {
		q.IfNoneMatch = aws.String("*")
		// The checksum of the part is optional the first time. The server requires it the
		// second time.
		q.MultipartUpload.Parts[0].ChecksumCRC64NVME = aws.String(crc64nvme([]byte("text")))
		again = q
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CompleteMultipartUpload(t.Context(), again); err != nil {
		t.Error(err)
	}
	check(t, "class", head(t, c, "k").StorageClass, types.StorageClassGlacier)
}

// The service computes a checksum for an object that came without one.
func TestDefaultChecksum(t *testing.T) {
	_, c := start(t, coldfront.Options{})
	bare := s3.New(c.Options(), func(o *s3.Options) { o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired })
	if err := upload(t, bare, &s3.CreateMultipartUploadInput{}, nil, nil); err != nil {
		t.Fatal(err)
	}
	h, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "checksum", aws.ToString(h.ChecksumCRC64NVME), crc64nvme([]byte("text")))
}

// A listing continues after the end of a page, also between uploads of one key.
func TestPages(t *testing.T) {
	f, c := start(t, coldfront.Options{Page: 2})
	ctx := t.Context()
	var want, got []string
	var last *s3.CreateMultipartUploadOutput
	for i := range 7 {
		created, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
			Bucket: aws.String(bucket), Key: aws.String(fmt.Sprintf("up load/%d", i/3)), StorageClass: types.StorageClassGlacier,
		})
		if err != nil {
			t.Fatal(err)
		}
		want, last = append(want, *created.UploadId), created
	}
	uploads := s3.NewListMultipartUploadsPaginator(c, &s3.ListMultipartUploadsInput{Bucket: aws.String(bucket), Prefix: aws.String("up load/")})
	for uploads.HasMorePages() {
		page, err := uploads.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Uploads {
			check(t, "class", u.StorageClass, types.StorageClassGlacier)
			got = append(got, *u.UploadId)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	check(t, "uploads", strings.Join(got, " "), strings.Join(want, " "))
	check(t, "pages", len(f.Requests())-7, 4)

	for n := range 5 {
		if _, err := c.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: last.Bucket, Key: last.Key, UploadId: last.UploadId, PartNumber: aws.Int32(int32(9_996 + n)), Body: bytes.NewReader([]byte("text")),
		}); err != nil {
			t.Fatal(err)
		}
	}
	var numbers []int32
	parts := s3.NewListPartsPaginator(c, &s3.ListPartsInput{Bucket: last.Bucket, Key: last.Key, UploadId: last.UploadId})
	for parts.HasMorePages() {
		page, err := parts.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "at most two a page", len(page.Parts) <= 2, true)
		for _, p := range page.Parts {
			numbers = append(numbers, *p.PartNumber)
		}
	}
	check(t, "parts", fmt.Sprint(numbers), "[9996 9997 9998 9999 10000]")
}
