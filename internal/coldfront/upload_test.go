package coldfront_test

import (
	"bytes"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// upload uploads the one part "text" as k and returns the error of its completion. The
// function before may change the requests before the part is sent. The function after may
// change the last request before it is sent.
func upload(t *testing.T, c *s3.Client, create *s3.CreateMultipartUploadInput,
	before func(*s3.UploadPartInput, *s3.CompleteMultipartUploadInput), after func(*s3.CompleteMultipartUploadInput),
) error {
	t.Helper()
	ctx := t.Context()
	create.Bucket, create.Key = aws.String(bucket), aws.String("k")
	created, err := c.CreateMultipartUpload(ctx, create)
	if err != nil {
		t.Fatal(err)
	}
	part := &s3.UploadPartInput{
		Bucket: create.Bucket, Key: create.Key, UploadId: created.UploadId, PartNumber: aws.Int32(1), Body: bytes.NewReader([]byte("text")),
		ChecksumAlgorithm: create.ChecksumAlgorithm,
	}
	complete := &s3.CompleteMultipartUploadInput{
		Bucket: create.Bucket, Key: create.Key, UploadId: created.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1)}}},
	}
	if before != nil {
		before(part, complete)
	}
	sent, err := c.UploadPart(ctx, part)
	if err != nil {
		t.Fatal(err)
	}
	complete.MultipartUpload.Parts[0].ETag = sent.ETag
	if after != nil {
		after(complete)
	}
	_, err = c.CompleteMultipartUpload(ctx, complete)
	return err
}
