package coldfront

import (
	"bytes"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Put stores an object like another program, under any key.
func (f *Front) Put(ctx context.Context, bucket, key string, body []byte) error {
	_, err := f.own().PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: aws.String(disguise(key)), Body: bytes.NewReader(body)})
	return err
}

// Begin begins an upload like another program, for any key.
func (f *Front) Begin(ctx context.Context, bucket, key string) error {
	_, err := f.own().CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: aws.String(disguise(key))})
	return err
}
