package s3vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"firn/internal/amazon"
	"firn/vault"
)

const adviceLock = "the credentials may lack s3:DeleteObjectVersion, or Object Lock keeps this version: see its retention and legal hold"

// DeleteArchive removes an object, and its sidecar if it has one. In a bucket with versions
// it removes only the version that the id names, and permanently. If Object Lock forbids
// that, it returns ErrDenied. With lacks=versions it only hides the object of the key in
// such a bucket.
func (v *Vault) DeleteArchive(ctx context.Context, id vault.ArchiveID) error {
	o, err := v.parseObject(id)
	if err != nil {
		return nil //nolint:nilerr // an id that cannot exist
	}
	version, err := v.versionID(ctx, o)
	if errors.Is(err, vault.ErrNotFound) && amazon.Refusal(err) == nil {
		return nil // the bucket keeps no versions, so this one does not exist
	}
	if err != nil {
		return err
	}
	hasSidecar := v.hasSidecars(ctx, o)
	err = v.call(ctx, fmt.Sprintf("delete %q", string(id)), func() error {
		_, err := v.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &v.config.Bucket, Key: &o.key, VersionId: version})
		return err
	})
	if version != nil {
		err = advised(err, adviceLock)
	}
	if err := ignoreMissing(err); err != nil || !hasSidecar {
		return err
	}
	return v.removeSidecar(ctx, o)
}
