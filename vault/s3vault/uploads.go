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

// Uploads lists the unfinished uploads under the prefix. The service tells no
// descriptions, and part sizes only by the parts of each, for which it is asked. An
// upload whose parts do not tell it has no part size, and an id that only serves to
// abort it; see [Vault.IsUpload].
func (v *Vault) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	return v.uploadsOf(ctx, v.config.Prefix, func(upload) bool { return true })
}

// UploadsNamed lists those of the key of a name. The service is asked for the parts of
// no others: a bucket may have thousands that nobody goes on with.
func (v *Vault) UploadsNamed(ctx context.Context, name string) iter.Seq2[vault.Upload, error] {
	wanted, err := v.newKey(name)
	if err != nil {
		return func(yield func(vault.Upload, error) bool) {
			yield(vault.Upload{}, fmt.Errorf("%s: %w", v.what("list the unfinished uploads"), err))
		}
	}
	return v.uploadsOf(ctx, wanted, func(u upload) bool { return u.key == wanted })
}

// FindUpload looks for the upload of an id; see [vault.FindUpload].
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

// uploadsOf lists the unfinished uploads of the keys that begin so, those that are
// wanted, with what their parts tell of them.
func (v *Vault) uploadsOf(ctx context.Context, prefix string, isWanted func(upload) bool) iter.Seq2[vault.Upload, error] {
	return func(yield func(vault.Upload, error) bool) {
		for m, err := range v.uploads(ctx, prefix) {
			var told vault.Upload
			switch {
			case err != nil:
			case !isWanted(upload{key: aws.ToString(m.Key), id: aws.ToString(m.UploadId)}):
				continue
			default:
				told, err = v.unfinished(ctx, m)
			}
			if !yield(told, err) || err != nil {
				return
			}
		}
	}
}

// CountUploads counts the unfinished uploads under the prefix.
func (v *Vault) CountUploads(ctx context.Context) (n int, err error) {
	for _, err := range v.uploads(ctx, v.config.Prefix) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// IsUpload reports whether two ids are of one upload: the id that CreateUpload returned
// tells the part size, which a list cannot always tell.
func (v *Vault) IsUpload(a, b vault.UploadID) bool {
	first, errFirst := v.parseUpload(a)
	second, errSecond := v.parseUpload(b)
	return errFirst == nil && errSecond == nil && first.is(second)
}

// partSizeOf is the part size that the beginning of a list of parts tells; 0 if it does
// not. All parts but the last have it, so the first part has it, and each behind which
// there is another. A single part may be the last one, and shorter.
func partSizeOf(parts []types.Part) int64 {
	if len(parts) > 1 || len(parts) == 1 && aws.ToInt32(parts[0].PartNumber) == 1 {
		return aws.ToInt64(parts[0].Size)
	}
	return 0
}
