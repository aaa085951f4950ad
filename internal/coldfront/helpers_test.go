package coldfront_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"firn/internal/coldfront"
)

const bucket = "archives"

// client returns a client of the SDK, configured as the SDK configures itself. It tries
// each request once.
func client(t *testing.T, f *coldfront.Front) *s3.Client {
	t.Helper()
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	c, err := config.LoadDefaultConfig(t.Context(),
		config.WithRegion(f.Region),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(f.AccessKey, f.SecretKey, "")),
		config.WithHTTPClient(awshttp.NewBuildableClient()),
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }),
	)
	if err != nil {
		t.Fatal(err)
	}
	return s3.NewFromConfig(c, func(o *s3.Options) {
		o.BaseEndpoint = &f.Endpoint
		o.UsePathStyle = true
	})
}

// start starts a front with a bucket, and returns a client for it.
func start(t *testing.T, options coldfront.Options) (*coldfront.Front, *s3.Client) {
	t.Helper()
	f := coldfront.Start(t, options)
	if err := f.CreateBucket(t.Context(), bucket); err != nil {
		t.Fatal(err)
	}
	return f, client(t, f)
}

func put(t *testing.T, c *s3.Client, key string, class types.StorageClass, body string) {
	t.Helper()
	if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: &key, StorageClass: class, Body: bytes.NewReader([]byte(body)),
	}); err != nil {
		t.Fatal(err)
	}
}

func head(t *testing.T, c *s3.Client, key string) *s3.HeadObjectOutput {
	t.Helper()
	out, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func get(ctx context.Context, c *s3.Client, key string) (string, error) {
	out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
	if err != nil {
		return "", err
	}
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	return string(text), err
}

// restore returns the status of RestoreObject and the code of its error.
func restore(t *testing.T, c *s3.Client, key string, days int32, tier types.Tier) (int, string) {
	t.Helper()
	request := &types.RestoreRequest{Days: &days}
	if tier != "" {
		request.GlacierJobParameters = &types.GlacierJobParameters{Tier: tier}
	}
	var status int
	_, err := c.RestoreObject(t.Context(), &s3.RestoreObjectInput{Bucket: aws.String(bucket), Key: &key, RestoreRequest: request},
		s3.WithAPIOptions(statusTo(&status)))
	if err != nil {
		return answered(t, err)
	}
	return status, ""
}

// answered returns the status and the code of an error of the service.
func answered(t *testing.T, err error) (int, string) {
	t.Helper()
	var answer *awshttp.ResponseError
	var code smithy.APIError
	if !errors.As(err, &answer) || !errors.As(err, &code) {
		t.Fatalf("no answer of the service: %v", err)
	}
	return answer.HTTPStatusCode(), code.ErrorCode()
}

func check(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
