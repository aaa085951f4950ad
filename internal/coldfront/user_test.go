package coldfront_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
)

// The server itself checks the permissions of users, also for RestoreObject.
func TestUsers(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	put(t, c, "a", types.StorageClassGlacier, "text")
	if err := f.CreateUser(t.Context(), "someone", "a-secret"); err != nil {
		t.Fatal(err)
	}
	theirs := s3.New(c.Options(), func(o *s3.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider("someone", "a-secret", "")
	})
	allow := func(action string) {
		t.Helper()
		err := f.SetPolicy(t.Context(), bucket, fmt.Sprintf(
			`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "someone", "Action": %q, "Resource": "arn:aws:s3:::%s/*"}]}`,
			action, bucket))
		if err != nil {
			t.Fatal(err)
		}
	}
	allow("s3:GetObject")
	status, code := restore(t, theirs, "a", 1, "")
	check(t, "restoring without permission", fmt.Sprint(status, code), "403AccessDenied")
	allow("s3:RestoreObject")
	status, _ = restore(t, theirs, "a", 1, "")
	check(t, "restoring", status, 202)
	_, err := get(t.Context(), theirs, "a")
	status, code = answered(t, err)
	check(t, "reading without permission", fmt.Sprint(status, code), "403AccessDenied")
}
