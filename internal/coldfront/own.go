package coldfront

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// own returns a client that connects to the server directly.
func (f *Front) own() *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: aws.String("http://s3"),
		Region:       f.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(f.AccessKey, f.SecretKey, ""),
		HTTPClient:   &http.Client{Transport: f.transport},
		UsePathStyle: true,
	})
}

// CreateBucket makes a bucket.
func (f *Front) CreateBucket(ctx context.Context, bucket string) error {
	_, err := f.own().CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket})
	return err
}

// CreateVersionedBucket makes a bucket that keeps every version of its objects.
func (f *Front) CreateVersionedBucket(ctx context.Context, bucket string) error {
	if err := f.CreateBucket(ctx, bucket); err != nil {
		return err
	}
	return f.SetVersioning(ctx, bucket, true)
}

// SetVersioning makes a bucket keep versions, or stop keeping new ones.
func (f *Front) SetVersioning(ctx context.Context, bucket string, enabled bool) error {
	status := types.BucketVersioningStatusSuspended
	if enabled {
		status = types.BucketVersioningStatusEnabled
	}
	_, err := f.own().PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
	})
	return err
}

// CreateLockedBucket makes a bucket whose objects nobody can remove or change for a day
// without the permission to bypass governance.
func (f *Front) CreateLockedBucket(ctx context.Context, bucket string) error {
	f.locked.Store(bucket, true)
	_, err := f.own().CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket, ObjectLockEnabledForBucket: aws.Bool(true)})
	if err != nil {
		return err
	}
	_, err = f.own().PutObjectLockConfiguration(ctx, &s3.PutObjectLockConfigurationInput{
		Bucket: &bucket,
		ObjectLockConfiguration: &types.ObjectLockConfiguration{
			ObjectLockEnabled: types.ObjectLockEnabledEnabled,
			Rule: &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{
				Mode: types.ObjectLockRetentionModeGovernance, Days: aws.Int32(1),
			}},
		},
	})
	return err
}

// head returns the id of a version, or of the latest if id is ""; or the answer for a
// version that does not exist.
func (f *Front) head(ctx context.Context, n name, id string) (found string, missing *s3Error, _ error) {
	if id == nullVersion { // the server does not find it while it is the latest
		if latest, missing, err := f.head(ctx, n, ""); err != nil || missing == nil && plainID(latest) == "" {
			return nullVersion, nil, err
		}
	}
	input := &s3.HeadObjectInput{Bucket: &n.bucket, Key: aws.String(disguise(n.key))}
	if id != "" {
		input.VersionId = &id
	}
	head, err := f.own().HeadObject(ctx, input)
	if err == nil {
		return aws.ToString(head.VersionId), nil, nil
	}
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) {
		return "", nil, err
	}
	switch answer.HTTPStatusCode() {
	case http.StatusBadRequest:
		return "", &s3Error{Status: http.StatusBadRequest, Code: "InvalidArgument", Message: "Invalid version id specified"}, nil
	case http.StatusNotFound:
		if id != "" {
			return "", &s3Error{Status: http.StatusNotFound, Code: "NoSuchVersion", Message: "The specified version does not exist."}, nil
		}
		return "", &s3Error{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "The specified key does not exist."}, nil
	case http.StatusMethodNotAllowed:
		return "", &s3Error{
			Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed",
			Message: "The specified method is not allowed against this resource.",
		}, nil
	default:
		return "", nil, err
	}
}
