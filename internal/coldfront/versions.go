package coldfront

import (
	"context"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// mend changes requests with which the server would not do what S3 does. It reports whether
// it changed the request.
//
// The server does not find the version "null" while it is the latest, except for reading
// it. And it does not treat a key as free if its latest version is a delete marker.
func (f *Front) mend(c *call, r *http.Request) bool {
	query := r.URL.Query()
	asksNull := query.Get("versionId") == nullVersion && slices.Contains([]string{
		"HeadObject", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging",
	}, c.operation)
	asksFree := r.Header.Get("If-None-Match") == "*" && slices.Contains([]string{"PutObject", "CompleteMultipartUpload"}, c.operation)
	if !asksNull && !asksFree {
		return false
	}
	if asksFree {
		if !f.isHidden(r.Context(), c.name) {
			return false
		}
		r.Header.Del("If-None-Match")
		return true
	}
	latest, missing, err := f.head(r.Context(), c.name, "")
	if err != nil || missing != nil || plainID(latest) != "" {
		return false
	}
	query.Del("versionId")
	setQuery(r, query)
	return true
}

// answerDelete turns the answer to the removal of a version that does not exist into a
// success; the server has several errors for it.
func (f *Front) answerDelete(ctx context.Context, c *call, resp *http.Response) error {
	id := c.request.URL.Query().Get("versionId")
	if id == "" || resp.StatusCode != http.StatusBadRequest && resp.StatusCode != http.StatusInternalServerError {
		return nil
	}
	_, missing, err := f.head(ctx, c.name, id)
	if err == nil && missing != nil && missing.Status == http.StatusNotFound {
		replace(resp, http.StatusNoContent, nil, c)
	}
	return err
}

// isHidden reports whether the latest version of an object is a delete marker.
func (f *Front) isHidden(ctx context.Context, n name) bool {
	listed, err := f.own().ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &n.bucket, Prefix: aws.String(disguise(n.key))})
	return err == nil && slices.ContainsFunc(listed.DeleteMarkers, func(m types.DeleteMarkerEntry) bool {
		return aws.ToString(m.Key) == disguise(n.key) && aws.ToBool(m.IsLatest)
	})
}
