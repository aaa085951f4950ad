package s3vault

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
	"firn/vault"
)

// listed is an object in the service's lists.
type listed struct {
	object
	etag     string
	class    string    // set only after a look at the object
	size     int64     // bytes
	modified time.Time // UTC
	restore  *types.RestoreStatus
}

// objects lists the objects under the prefix behind one of them, with all their versions if
// the bucket keeps them, without sidecars.
func (v *Vault) objects(ctx context.Context, after *object) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		keeps, err := v.keepsVersions(ctx)
		if err != nil {
			yield(listed{}, err)
			return
		}
		if keeps {
			for o, err := range v.versions(ctx, after) {
				if v.isMissing(Versions, err) {
					keeps = false
					break
				}
				if !v.isSidecar(o.key) && !yield(o, err) || err != nil {
					return
				}
			}
		}
		if keeps {
			return
		}
		for o, err := range v.current(ctx, after) {
			if !v.isSidecar(o.key) && !yield(o, err) || err != nil {
				return
			}
		}
	}
}

// listing returns the request for a page of a list of objects with their restore status.
func listing(what string) optional {
	return optional{what: what, judge: judge, uses: []Feature{RestoreStatus}}
}

func attributes(has feature) []types.OptionalObjectAttributes {
	if !has(RestoreStatus) {
		return nil
	}
	return []types.OptionalObjectAttributes{types.OptionalObjectAttributesRestoreStatus}
}

// current lists the present objects of the keys under the prefix, behind one of them.
func (v *Vault) current(ctx context.Context, after *object) iter.Seq2[listed, error] {
	const what = "list the objects"
	list := amazon.List[types.Object, string, listed]{
		What: v.what(what),
		Fetch: func(token *string) (p amazon.Page[types.Object, string], err error) {
			in := &s3.ListObjectsV2Input{
				Bucket: &v.config.Bucket, Prefix: &v.config.Prefix, ContinuationToken: token, EncodingType: types.EncodingTypeUrl,
			}
			if after != nil {
				in.StartAfter = &after.key
			}
			err = v.callUsing(ctx, listing(what), func(has feature) error {
				in.OptionalObjectAttributes = attributes(has)
				out, err := v.client.ListObjectsV2(ctx, in)
				if err == nil {
					for i, o := range out.Contents {
						out.Contents[i].Key = plainKey(out.EncodingType, o.Key)
					}
					next := amazon.Carried(aws.ToString(out.NextContinuationToken)) // some services make it from a key
					p, err = page(out.Contents, out.IsTruncated, next, next, out.ResultMetadata)
				}
				return err
			})
			return p, err
		},
		Parse: func(o types.Object) (listed, error) {
			return listed{
				object: object{key: aws.ToString(o.Key)}, etag: aws.ToString(o.ETag), size: aws.ToInt64(o.Size),
				modified: aws.ToTime(o.LastModified).UTC(), restore: o.RestoreStatus,
			}, nil
		},
		ID:      func(o types.Object) string { return aws.ToString(o.Key) },
		Follows: func(o, last types.Object) bool { return aws.ToString(o.Key) > aws.ToString(last.Key) },
	}
	if after != nil {
		list.After = &types.Object{Key: &after.key}
	}
	return list.All()
}

// head returns the properties of a version of a key's object, or of its present one.
func (v *Vault) head(ctx context.Context, key string, version *string) (out *s3.HeadObjectOutput, err error) {
	what := fmt.Sprintf("look at %q", key)
	err = v.callUsing(ctx, optional{what: what, judge: judge, uses: []Feature{CRC64NVME}}, func(has feature) error {
		in := &s3.HeadObjectInput{Bucket: &v.config.Bucket, Key: &key, VersionId: version}
		if has(CRC64NVME) {
			in.ChecksumMode = types.ChecksumModeEnabled
		}
		out, err = v.client.HeadObject(ctx, in)
		return err
	})
	if answer := amazon.Refusal(err); version != nil && answer != nil && answer.Status == http.StatusMethodNotAllowed {
		return nil, vault.Errorf(vault.ErrNotFound, "%s: this version is a delete marker: %w", v.what(what), answer)
	}
	return out, err
}

// look returns the properties of an archive's object.
func (v *Vault) look(ctx context.Context, o object) (*s3.HeadObjectOutput, error) {
	version, err := v.versionID(ctx, o)
	if err != nil {
		return nil, err
	}
	return v.head(ctx, o.key, version)
}

// pin returns the ETag by which a job recognises its object; empty if the object has a
// version, which is enough. The ETag identifies the object and does not verify its bytes.
func pin(o object, etag string) string {
	etag = trimETag(etag)
	if o.version != "" || checkVersion(etag) != nil {
		return ""
	}
	return etag
}

// trimETag removes the quotes, which some services leave out.
func trimETag(etag string) string { return strings.Trim(etag, `"`) }

// seen looks at the object of a job, which must be the one that existed when the job was
// started.
func (v *Vault) seen(ctx context.Context, j job) (*s3.HeadObjectOutput, error) {
	found, err := v.look(ctx, j.of)
	if err != nil {
		return nil, err
	}
	return found, v.checkPin(j, found.ETag)
}

// checkPin returns an error if a job is for another object.
func (v *Vault) checkPin(j job, etag *string) error {
	if j.etag == "" || pin(j.of, aws.ToString(etag)) == j.etag {
		return nil
	}
	return v.replaced(j)
}

func (v *Vault) replaced(j job) error {
	return vault.Errorf(vault.ErrNotFound, "%s: another object has taken its place since it was asked for", v.what(fmt.Sprintf("read %q", j.of.key)))
}
