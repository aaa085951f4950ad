package coldfront_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"firn/internal/coldfront"
)

func tryPut(ctx context.Context, c *s3.Client, key string) error {
	_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, StorageClass: types.StorageClassGlacier})
	return err
}

// Each fault affects only its requests, in the way that the fault describes.
func TestFaults(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	ctx := t.Context()
	keys := func() int {
		objects, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
		if err != nil {
			t.Fatal(err)
		}
		return len(objects.Contents)
	}
	isAnswered := func(err error) bool {
		var answer smithy.APIError
		return errors.As(err, &answer)
	}

	f.Fail(coldfront.Fault{Operation: "PutObject", After: 1, Times: 2})
	for i, want := range []int{200, 503, 503, 200} {
		err := tryPut(ctx, c, "a")
		if want == 200 && err == nil {
			continue
		}
		if status, code := answered(t, err); status != want || code != "SlowDown" {
			t.Errorf("request %d: %d %s", i, status, code)
		}
	}

	f.Fail(coldfront.Fault{Operation: "PutObject", Match: regexp.MustCompile(`^PUT /archives/b\?`), Harm: coldfront.LoseRequest})
	if err := tryPut(ctx, c, "b"); err == nil || isAnswered(err) {
		t.Errorf("lost request: %v", err)
	}
	check(t, "objects after a lost request", keys(), 1)

	f.Fail(coldfront.Fault{Operation: "PutObject", Harm: coldfront.LoseAnswer})
	if err := tryPut(ctx, c, "c"); err == nil || isAnswered(err) {
		t.Errorf("lost answer: %v", err)
	}
	check(t, "objects after a lost answer", keys(), 2)
	check(t, "class after a lost answer", head(t, c, "c").StorageClass, types.StorageClassGlacier)

	put(t, c, "d", "", "0123456789")
	f.Fail(coldfront.Fault{Operation: "GetObject", Harm: coldfront.Flip})
	f.Fail(coldfront.Fault{Operation: "GetObject", Harm: coldfront.Cut, Bytes: 4})
	f.Fail(coldfront.Fault{Operation: "GetObject", Times: -1})
	text, err := get(ctx, c, "d")
	check(t, "wrong bit", text, "1123456789")
	if err == nil {
		t.Error("the SDK did not notice the wrong bit")
	}
	if text, err = get(ctx, c, "d"); text != "0123" || err == nil {
		t.Errorf("cut: %q %v", text, err)
	}
	for range 3 {
		if _, err = get(ctx, c, "d"); err == nil {
			t.Error("no error")
		}
	}
	f.Heal()
	if text, err = get(ctx, c, "d"); text != "0123456789" || err != nil {
		t.Errorf("healed: %q %v", text, err)
	}
}

// A client that sends a large body still receives the error answer.
func TestLargeBodies(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	for range 10 {
		f.Fail(coldfront.Fault{})
		_, err := c.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: aws.String("k"), Body: bytes.NewReader(make([]byte, 1<<20)),
		})
		_, code := answered(t, err)
		check(t, "code", code, "SlowDown")
	}
	check(t, "received", f.Requests()[0].Received, int64(1<<20))
}

// CompleteMultipartUpload answers with status 200 and then reports an error.
func TestErrorAfterOK(t *testing.T) {
	for name, test := range map[string]struct {
		harm coldfront.Harm
		done bool
	}{"before": {coldfront.ErrorInOK, false}, "after": {coldfront.ErrorAfterAll, true}} {
		t.Run(name, func(t *testing.T) {
			f, c := start(t, coldfront.Options{})
			f.Fail(coldfront.Fault{Operation: "CompleteMultipartUpload", Harm: test.harm})
			_, code := answered(t, upload(t, c, &s3.CreateMultipartUploadInput{StorageClass: types.StorageClassGlacier}, nil, nil))
			check(t, "code", code, "InternalError")
			requests := f.Requests()
			check(t, "status", requests[len(requests)-1].Status, 200)
			_, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("k")})
			check(t, "exists", err == nil, test.done)
		})
	}
}

// The front records its requests.
func TestRequests(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	put(t, c, "a b", types.StorageClassGlacier, "text")
	_, _ = get(t.Context(), c, "a b")
	requests := f.Requests()
	check(t, "requests", len(requests), 2)
	sent := requests[0]
	check(t, "operation", sent.Operation, "PutObject")
	check(t, "bucket", sent.Bucket, bucket)
	check(t, "key", sent.Key, "a b")
	check(t, "status", sent.Status, 200)
	check(t, "received", sent.Received, int64(4))
	check(t, "class", sent.Header.Get("X-Amz-Storage-Class"), "GLACIER")
	check(t, "operation", requests[1].Operation, "GetObject")
	check(t, "status", requests[1].Status, 403)
}

// Buckets have host names of their own.
func TestByHost(t *testing.T) {
	f, c := start(t, coldfront.Options{})
	there := f.Endpoint[len("http://"):]
	_, port, err := net.SplitHostPort(there)
	if err != nil {
		t.Fatal(err)
	}
	var d net.Dialer
	byHost := s3.New(c.Options(), func(o *s3.Options) {
		o.UsePathStyle = false
		o.BaseEndpoint = aws.String("http://" + coldfront.Domain + ":" + port)
		o.HTTPClient = &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return d.DialContext(ctx, network, there)
			},
		}}
	})
	put(t, byHost, "a/b", types.StorageClassGlacier, "text")
	check(t, "class", head(t, byHost, "a/b").StorageClass, types.StorageClassGlacier)
	check(t, "class by path", head(t, c, "a/b").StorageClass, types.StorageClassGlacier)
	check(t, "bucket", f.Requests()[0].Bucket, bucket)
}
