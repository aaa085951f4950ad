package s3vault

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firn/vault"
)

var _ vault.Looker = (*Vault)(nil)

// Look tells what the service lists of an archive, by looking at its object.
func (v *Vault) Look(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	o, err := v.parseObject(id)
	if err != nil {
		return vault.Archive{}, fmt.Errorf("%s: %w", v.what("look at an archive"), err)
	}
	found, err := v.look(ctx, o)
	if err != nil {
		return vault.Archive{}, err
	}
	return vault.Archive{
		ID: id, Name: strings.TrimPrefix(o.key, v.config.Prefix), Size: aws.ToInt64(found.ContentLength),
		Created: aws.ToTime(found.LastModified).UTC(), ETag: trimETag(aws.ToString(found.ETag)),
	}, nil
}
