package s3vault

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firn/vault"
)

var _ vault.Looker = (*Vault)(nil)

// clockSkew is by how much the service's clock may differ from ours: it takes no
// signature that is older.
const clockSkew = 15 * time.Minute

// LookAtArchive looks at the object of an archive: whether it is there, and has the
// size and the description on record. One that has another description, or that is
// of a later date, must have the tree hash kept with it: then somebody has copied it,
// else it is another's. With credentials that may not read that, the description decides.
func (v *Vault) LookAtArchive(ctx context.Context, want vault.Archive) error {
	const what = "look at"
	o, err := v.parseObject(want.ID)
	if err != nil {
		return err
	}
	there, err := v.look(ctx, o)
	if err != nil {
		return err
	}
	found := listed{object: o, etag: aws.ToString(there.ETag), size: aws.ToInt64(there.ContentLength)}
	if want.Size >= 0 && found.size != want.Size {
		return v.taken(what, o, there)
	}
	isDescribed := want.Description != "" && there.Metadata[metaDescription] == escape(want.Description)
	isLater := !want.Created.IsZero() && aws.ToTime(there.LastModified).After(want.Created.Add(clockSkew))
	if isDescribed && !isLater {
		return nil
	}
	hash, err := v.proof(ctx, found)
	switch {
	case err != nil:
		return err
	case want.TreeHash.IsZero(), hash == want.TreeHash, hash.IsZero() && isDescribed:
		return nil
	}
	return v.taken(what, o, there)
}
