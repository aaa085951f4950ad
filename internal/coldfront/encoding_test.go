package coldfront_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
)

// Listings encode keys as in URLs if the request asks for it. Otherwise they write control
// characters as S3 does.
func TestEncoding(t *testing.T) {
	for name, o := range map[string]coldfront.Options{"encodes": {}, "ignores it": {Ignores: []coldfront.Feature{coldfront.Encoding}}} {
		t.Run(name, func(t *testing.T) {
			_, client := start(t, o)
			const key = "a b/bad\x03+100%.pdf"
			put(t, client, key, types.StorageClassGlacierIr, "hello")
			out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(out.Body); err != nil || string(body) != "hello" {
				t.Errorf("got %q, %v", body, err)
			}
			var listed []byte
			options := func(o *s3.Options) {
				o.HTTPClient = roundTrip(func(r *http.Request) (*http.Response, error) {
					resp, err := http.DefaultClient.Do(r)
					if err == nil {
						listed, err = io.ReadAll(resp.Body)
						resp.Body = io.NopCloser(bytes.NewReader(listed))
					}
					return resp, err
				})
			}
			_, _ = client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket), EncodingType: types.EncodingTypeUrl}, options)
			want := "<Key>a+b/bad%03%2B100%25.pdf</Key>"
			if len(o.Ignores) > 0 {
				want = "<Key>a b/bad&#x3;+100%.pdf</Key>"
			}
			if !strings.Contains(string(listed), want) || strings.Contains(string(listed), "<EncodingType>url<") != (len(o.Ignores) == 0) {
				t.Errorf("listed %s, want %s", listed, want)
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) Do(r *http.Request) (*http.Response, error) { return f(r) }
