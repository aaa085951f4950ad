package s3vault

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/vault"
)

func checkInventory(req vault.JobRequest) error {
	switch l := req.List; {
	case req.Archive != "" || !req.Range.IsZero():
		return fmt.Errorf("%w: an inventory is not one of an archive", vault.ErrInvalid)
	case l.Limit != 0 || l.Marker != "" || l.CSV:
		return fmt.Errorf("%w: the inventory of a bucket comes neither in pages nor as CSV", vault.ErrInvalid)
	case !l.Since.IsZero() && !l.Until.IsZero() && !l.Until.After(l.Since):
		return fmt.Errorf("%w: nothing was created from %s on and before %s", vault.ErrInvalid, l.Since, l.Until)
	}
	return nil
}

// Inventory lists the objects under the prefix, by key. The service tells neither
// descriptions nor tree hashes in a list, and no object is asked for by itself.
// What is listed is what is there when it is listed: an object that came or went
// since the job was started may be listed or not.
func (v *Vault) Inventory(ctx context.Context, id vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	return func(yield func(vault.Entry, error) bool) {
		j, err := v.parseJob(id)
		switch {
		case err != nil:
		case j.kind != vault.RetrieveInventory:
			err = fmt.Errorf("%w: the job is not for an inventory", vault.ErrInvalid)
		case after != "" && v.checkKey(after) != nil:
			err = fmt.Errorf("%w: %.300q is no entry to go on behind", vault.ErrInvalid, after)
		}
		if err != nil {
			yield(vault.Entry{}, fmt.Errorf("%s: %w", v.what("list the objects"), err))
			return
		}
		for o, err := range v.objects(ctx, after) {
			if err != nil {
				yield(vault.Entry{}, err)
				return
			}
			e := v.entry(o)
			e.AsOf = j.started
			before := !j.list.Since.IsZero() && e.Created.Before(j.list.Since)
			behind := !j.list.Until.IsZero() && !e.Created.Before(j.list.Until)
			if !before && !behind && !isFolder(o) && !yield(e, nil) {
				return
			}
		}
	}
}

// isFolder reports whether an object only stands for a folder, as consoles make it.
func isFolder(o types.Object) bool {
	return strings.HasSuffix(aws.ToString(o.Key), "/") && aws.ToInt64(o.Size) == 0
}

func (v *Vault) entry(o types.Object) vault.Entry {
	key := aws.ToString(o.Key)
	return vault.Entry{Next: key, Archive: vault.Archive{
		ID: vault.ArchiveID(key), Name: strings.TrimPrefix(key, v.config.Prefix), Size: aws.ToInt64(o.Size),
		Created: aws.ToTime(o.LastModified).UTC(),
	}}
}

// objects lists the objects under the prefix behind a key.
func (v *Vault) objects(ctx context.Context, after string) iter.Seq2[types.Object, error] {
	return pages(func(token *string) ([]types.Object, *string, error) {
		in := &s3.ListObjectsV2Input{
			Bucket: &v.config.Bucket, Prefix: &v.config.Prefix, ContinuationToken: token,
			OptionalObjectAttributes: []types.OptionalObjectAttributes{types.OptionalObjectAttributesRestoreStatus},
		}
		if after != "" {
			in.StartAfter = &after
		}
		var out *s3.ListObjectsV2Output
		err := v.call(ctx, "list the objects", func() (err error) {
			out, err = v.client.ListObjectsV2(ctx, in)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		return out.Contents, next(out.IsTruncated, out.NextContinuationToken), nil
	}, func(o types.Object) (types.Object, error) { return o, nil })
}

// DeleteArchive removes an object. In a bucket with versions it only hides it.
func (v *Vault) DeleteArchive(ctx context.Context, id vault.ArchiveID) error {
	key := string(id)
	if v.checkKey(key) != nil {
		return nil //nolint:nilerr // what cannot be is not there
	}
	return ignoreMissing(v.call(ctx, fmt.Sprintf("delete %q", key), func() error {
		_, err := v.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &v.config.Bucket, Key: &key})
		return err
	}))
}
