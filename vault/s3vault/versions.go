package s3vault

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
	"firn/vault"
)

const (
	adviceVersioning = "allow s3:GetBucketVersioning, or add lacks=versions to the vault's URL if the bucket keeps none"
	adviceVersions   = "allow s3:ListBucketVersions, as the bucket keeps versions"
)

// keepsVersions reports whether the bucket keeps versions, or did so earlier and may still
// have some. It asks the service once.
func (v *Vault) keepsVersions(ctx context.Context) (bool, error) {
	if v.lacks.has(Versions) {
		return false, nil
	}
	if known := v.keeps.Load(); known != nil {
		return *known, nil
	}
	var keeps bool
	err := v.call(ctx, "ask whether it keeps versions", func() error {
		out, err := v.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &v.config.Bucket})
		if err == nil {
			keeps = out.Status == types.BucketVersioningStatusEnabled || out.Status == types.BucketVersioningStatusSuspended
		}
		return err
	})
	switch {
	case v.isMissing(Versions, err):
		return false, nil
	case err != nil:
		return false, v.adviseLacking(Versions, advised(err, adviceVersioning))
	}
	v.keeps.Store(&keeps)
	return keeps, nil
}

// advised adds advice to a denial. It does not for credentials that are invalid, which have
// advice of their own.
func advised(err error, advice string) error {
	if answer := amazon.Refusal(err); answer != nil && answer.CodeIs("AccessDenied") {
		return fmt.Errorf("%w; %s", err, advice)
	}
	return err
}

// versionID returns the version of an object for a request; nil: the request names none. A
// request to a bucket without versions never names one: some services ignore it and would
// delete the present object.
func (v *Vault) versionID(ctx context.Context, o object) (*string, error) {
	keeps, err := v.keepsVersions(ctx)
	switch {
	case err != nil:
		return nil, err
	case keeps && o.version == "":
		return aws.String(nullVersion), nil
	case keeps:
		return &o.version, nil
	case o.version == "":
		return nil, nil
	case v.lacks.has(Versions):
		return nil, vault.Errorf(vault.ErrInvalid, "%s: it names a version, and the service is said to lack versions", v.what(fmt.Sprintf("archive %.300q", string(o.ID()))))
	}
	return nil, vault.Errorf(vault.ErrNotFound, "%s: the bucket keeps no versions", v.what(fmt.Sprintf("archive %.300q", string(o.ID()))))
}

// versions lists all versions of the objects under the prefix behind one of them. Versions
// that are not the latest are archives too: they are kept and billed. Delete markers are no
// archives.
func (v *Vault) versions(ctx context.Context, after *object) iter.Seq2[listed, error] {
	const what = "list the versions of the objects"
	var begin keyed
	if after != nil {
		begin = keyed{&after.key, &after.version}
		if after.version == "" {
			begin.within = aws.String(nullVersion)
		}
	}
	list := amazon.List[types.ObjectVersion, keyed, listed]{
		What: v.what(what),
		Fetch: func(m *keyed) (p amazon.Page[types.ObjectVersion, keyed], err error) {
			in := &s3.ListObjectVersionsInput{
				Bucket: &v.config.Bucket, Prefix: &v.config.Prefix, EncodingType: types.EncodingTypeUrl,
			}
			in.KeyMarker, in.VersionIdMarker = begin.key, begin.within
			if m != nil {
				in.KeyMarker, in.VersionIdMarker = m.key, m.within
			}
			err = v.callUsing(ctx, listing(what), func(has feature) error {
				in.OptionalObjectAttributes = attributes(has)
				out, err := v.client.ListObjectVersions(ctx, in)
				if err == nil {
					for i, o := range out.Versions {
						out.Versions[i].Key = plainKey(out.EncodingType, o.Key)
					}
					next := keyed{plainKey(out.EncodingType, out.NextKeyMarker), out.NextVersionIdMarker}
					p, err = page(out.Versions, out.IsTruncated, next, next.marker(), out.ResultMetadata)
				}
				return err
			})
			return p, advised(err, adviceVersions)
		},
		Parse: func(o types.ObjectVersion) (listed, error) {
			return listed{
				object: object{aws.ToString(o.Key), versionOf(o.VersionId)}, etag: aws.ToString(o.ETag), size: aws.ToInt64(o.Size),
				modified: aws.ToTime(o.LastModified).UTC(), restore: o.RestoreStatus,
			}, nil
		},
		ID: func(o types.ObjectVersion) string { return keyed{o.Key, o.VersionId}.marker() },
		Follows: func(o, last types.ObjectVersion) bool {
			return keyed{o.Key, o.VersionId}.follows(keyed{last.Key, last.VersionId})
		},
	}
	if after != nil {
		list.After = &types.ObjectVersion{Key: begin.key, VersionId: begin.within}
	}
	return list.All()
}
