package coldfront

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// CreateUser makes a user with these keys. The user may do only what the policies of
// buckets allow to the principal with this access key.
func (f *Front) CreateUser(ctx context.Context, access, secret string) (err error) {
	body, err := xml.Marshal(struct {
		XMLName              xml.Name `xml:"Account"`
		Access, Secret, Role string
	}{Access: access, Secret: secret, Role: "user"})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPatch, "http://s3/create-user", strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	r.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z")) //nolint:forbidigo // by the clock of the server, which nobody moves
	if err := f.sign(ctx, r); err != nil {
		return err
	}
	resp, err := f.transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if resp.StatusCode == http.StatusCreated {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument))
	return errors.Join(fmt.Errorf("create the user %q: %s: %s", access, resp.Status, text), err)
}

// SetPolicy replaces the policy of a bucket.
func (f *Front) SetPolicy(ctx context.Context, bucket, policy string) error {
	_, err := f.own().PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &policy})
	return err
}
