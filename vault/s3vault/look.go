package s3vault

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/crc64"
	"firn/vault"
)

var (
	_ vault.Looker      = (*Vault)(nil)
	_ vault.CloseLooker = (*Vault)(nil)
	_ vault.Namer       = (*Vault)(nil)
)

// Look returns the archive as the service lists it, by one request for its object.
func (v *Vault) Look(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	o, found, err := v.lookAt(ctx, id)
	if err != nil {
		return vault.Archive{}, err
	}
	return v.describe(o, found), nil
}

// LookClosely also returns the checksums and the modification time of the object.
func (v *Vault) LookClosely(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	o, found, err := v.lookAt(ctx, id)
	if err != nil {
		return vault.Archive{}, err
	}
	return v.closely(ctx, o, found)
}

func (v *Vault) lookAt(ctx context.Context, id vault.ArchiveID) (o object, found *s3.HeadObjectOutput, err error) {
	if o, err = v.parseObject(id); err != nil {
		return object{}, nil, fmt.Errorf("%s: %w", v.what("look at an archive"), err)
	}
	found, err = v.look(ctx, o)
	return o, found, err
}

// LookNamed describes the newest version of the object with this name, with the data kept
// with it.
func (v *Vault) LookNamed(ctx context.Context, name string) (vault.Archive, error) {
	key, err := v.newKey(name)
	if err != nil {
		return vault.Archive{}, fmt.Errorf("%s: %w", v.what("look at an archive"), err)
	}
	o, found, err := v.headOf(ctx, object{key: key})
	if err != nil {
		return vault.Archive{}, err
	}
	return v.closely(ctx, o, found)
}

// closely describes an archive from its object and from the data kept with it.
func (v *Vault) closely(ctx context.Context, o object, found *s3.HeadObjectOutput) (a vault.Archive, err error) {
	a = v.describe(o, found)
	a.CRC64, a.ModTime = wholeCRC(found), modTime(found)
	a.TreeHash, err = v.proof(ctx, listed{object: o, etag: aws.ToString(found.ETag), size: a.Size})
	return a, err
}

// wholeCRC returns the CRC-64 of all bytes of an object; zero if the service reports none.
func wholeCRC(found *s3.HeadObjectOutput) crc64.Sum {
	if found.ChecksumType != types.ChecksumTypeFullObject {
		return 0
	}
	sum, _ := crc64.Parse(aws.ToString(found.ChecksumCRC64NVME)) // an invalid one counts as unknown
	return sum
}

// describe describes an archive from its object.
func (v *Vault) describe(o object, found *s3.HeadObjectOutput) vault.Archive {
	return vault.Archive{
		ID: o.ID(), Name: strings.TrimPrefix(o.key, v.config.Prefix), Size: aws.ToInt64(found.ContentLength),
		Created: aws.ToTime(found.LastModified).UTC(), ETag: trimETag(aws.ToString(found.ETag)),
		Misplaced: v.misplaced(o.ID(), classOf(found)),
	}
}
