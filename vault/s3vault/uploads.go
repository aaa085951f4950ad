package s3vault

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/vault"
)

var _ vault.Sparse = (*Vault)(nil)

// Uploads lists the unfinished uploads under the prefix. The service's list contains no
// descriptions and no part sizes; Uploads finds the part size by a request for the parts of
// each upload. An upload whose parts do not show it has no part size, and its id is only
// good for aborting it; see [Vault.IsUpload].
func (v *Vault) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	return v.uploadsOf(ctx, v.config.Prefix, func(upload) bool { return true })
}

// UploadsNamed lists the unfinished uploads with the key of a name. It asks for the parts
// of no others: a bucket may have thousands of abandoned uploads.
func (v *Vault) UploadsNamed(ctx context.Context, name string) iter.Seq2[vault.Upload, error] {
	wanted, err := v.newKey(name)
	if err != nil {
		return func(yield func(vault.Upload, error) bool) {
			yield(vault.Upload{}, fmt.Errorf("%s: %w", v.what("list the unfinished uploads"), err))
		}
	}
	return v.uploadsOf(ctx, wanted, func(u upload) bool { return u.key == wanted })
}

// FindUpload returns the upload with this id; see [vault.FindUpload].
func (v *Vault) FindUpload(ctx context.Context, id vault.UploadID) (vault.Upload, error) {
	wanted, err := v.parseUpload(id)
	if err != nil {
		return vault.Upload{}, err
	}
	for u, err := range v.uploadsOf(ctx, wanted.key, wanted.is) {
		return u, err
	}
	return vault.Upload{}, fmt.Errorf("%s: unfinished upload %.300q: %w", v.what("look for an upload"), string(id), vault.ErrNotFound)
}

// uploadsOf lists those unfinished uploads under a prefix of keys that isWanted selects,
// each with its part size.
func (v *Vault) uploadsOf(ctx context.Context, prefix string, isWanted func(upload) bool) iter.Seq2[vault.Upload, error] {
	return func(yield func(vault.Upload, error) bool) {
		for m, err := range v.uploads(ctx, prefix) {
			var u vault.Upload
			switch {
			case err != nil:
			case !isWanted(upload{key: aws.ToString(m.Key), id: aws.ToString(m.UploadId)}):
				continue
			default:
				u, err = v.unfinished(ctx, m)
			}
			if !yield(u, err) || err != nil {
				return
			}
		}
	}
}

// CountUploads returns the number of unfinished uploads under the prefix.
func (v *Vault) CountUploads(ctx context.Context) (n int, err error) {
	for _, err := range v.uploads(ctx, v.config.Prefix) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// IsUpload reports whether two ids belong to the same upload: the id from CreateUpload
// contains the part size, but that from a list may not.
func (v *Vault) IsUpload(a, b vault.UploadID) bool {
	first, errFirst := v.parseUpload(a)
	second, errSecond := v.parseUpload(b)
	return errFirst == nil && errSecond == nil && first.is(second)
}

// partSizeOf returns the part size that the beginning of a list of parts shows; 0 if it
// does not. All parts but the last have that size. So the first part has it, and so does
// each part that is followed by another. A single part may be the last one, and shorter.
func partSizeOf(parts []types.Part) int64 {
	if len(parts) > 1 || len(parts) == 1 && aws.ToInt32(parts[0].PartNumber) == 1 {
		return aws.ToInt64(parts[0].Size)
	}
	return 0
}
