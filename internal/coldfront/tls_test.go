package coldfront_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
)

// Over TLS, the SDK sends bodies in chunks with the checksum after them, and reads them
// only once.
func TestTLS(t *testing.T) {
	f, c := start(t, coldfront.Options{TLS: true})
	secure := s3.New(c.Options(), func(o *s3.Options) { o.HTTPClient = f.Client() })
	if _, err := secure.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("k"), StorageClass: types.StorageClassGlacier,
		Body: struct{ *strings.Reader }{strings.NewReader("text")},
	}); err != nil {
		t.Fatal(err)
	}
	check(t, "payload", f.Requests()[0].Header.Get("X-Amz-Content-Sha256"), "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
	h, err := secure.HeadObject(t.Context(), &s3.HeadObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("k"), ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "class", h.StorageClass, types.StorageClassGlacier)
	check(t, "checksum", aws.ToString(h.ChecksumCRC32), "O4unxw==")
	check(t, "size", aws.ToInt64(h.ContentLength), int64(4))
}
