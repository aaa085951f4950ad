package s3vault

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
	"firn/treehash"
	"firn/vault"
)

// The size and the tree hash are stored with an object once all of its bytes are there: as
// tags, or, if the service has no tags, in an object beside it.
const (
	tagTreeHash = "firn-tree-hash"
	tagSize     = "firn-size"

	deniedKeeping  = "writing the tags of objects is denied: " + adviceSidecar + ", or allow s3:PutObjectTagging, or " + keepingInstead
	keepingInstead = "add lacks=tagging to the vault's URL, which keeps them in small objects"
	deniedTags     = "reading the tags of objects is denied, so their tree hashes are not known: " +
		"allow s3:GetObjectTagging (of versions: s3:GetObjectVersionTagging)"
)

// keepProof stores size and tree hash with the object.
func (v *Vault) keepProof(ctx context.Context, o listed, hash treehash.Hash) error {
	if err := v.tryTagging(ctx, o.object); err != nil {
		return err
	}
	if v.lacks.has(Tagging) {
		return v.writeSidecar(ctx, o, hash)
	}
	version, err := v.versionID(ctx, o.object)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("store the tree hash with %q", o.key)
	err = v.putTags(ctx, what, o.key, version, []types.Tag{
		{Key: aws.String(tagSize), Value: aws.String(strconv.FormatInt(o.size, 10))},
		{Key: aws.String(tagTreeHash), Value: aws.String(hash.String())},
	})
	if v.isMissing(Tagging, err) {
		return v.writeSidecar(ctx, o, hash)
	}
	switch {
	case errors.Is(err, vault.ErrDenied):
		v.sayOnce(deniedKeeping)
		return nil
	case errors.Is(err, vault.ErrNotFound): // the object existed a moment ago
		return vault.Errorf(vault.ErrUnavailable, "%s: the object is not visible yet: %v", v.what(what), err) // ErrNotFound would say too much
	}
	return v.forgiveKeeping(ctx, o, v.adviseLacking(Tagging, err))
}

// forgiveKeeping reports that the tree hash of an object cannot be stored, if the service
// refuses that permanently. The object itself is stored and verified.
func (v *Vault) forgiveKeeping(ctx context.Context, o listed, err error) error {
	if amazon.Refusal(err) == nil || ctx.Err() != nil || errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrThrottled) {
		return err
	}
	v.sayOnce(fmt.Sprintf("the tree hash of %q cannot be stored with it (%v): %s", o.key, amazon.Refusal(err), adviceSidecar))
	return nil
}

// proof reads the tree hash of an object; zero if there is none. The size is stored beside
// the hash so that the hash of other bytes, which somebody stored under the same key with
// the same tags, is not trusted.
func (v *Vault) proof(ctx context.Context, o listed) (treehash.Hash, error) {
	tags, err := v.tags(ctx, o)
	if v.lacks.has(Tagging) {
		return v.readSidecar(ctx, o)
	}
	answer := amazon.Refusal(err)
	switch {
	case errors.Is(err, vault.ErrDenied):
		v.sayOnce(deniedTags)
		return treehash.Hash{}, nil
	case answer != nil && answer.CodeIs("NoSuchTagSet"):
		return treehash.Hash{}, nil
	case err != nil:
		return treehash.Hash{}, err
	}
	hash, err := treehash.Parse(tags[tagTreeHash])
	if err != nil || tags[tagSize] != strconv.FormatInt(o.size, 10) {
		return treehash.Hash{}, nil //nolint:nilerr // text that is no hash proves nothing
	}
	return hash, nil
}

// tags reads the tags of an object, or returns nil at a service without tags.
func (v *Vault) tags(ctx context.Context, o listed) (map[string]string, error) {
	if v.lacks.has(Tagging) {
		return nil, nil
	}
	version, err := v.versionID(ctx, o.object)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	err = v.call(ctx, fmt.Sprintf("read the tree hash of %q", o.key), func() error {
		out, err := v.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &v.config.Bucket, Key: &o.key, VersionId: version})
		if err != nil {
			return err
		}
		for _, t := range out.TagSet {
			tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
		return nil
	})
	if isContent(err, o.etag) {
		v.miss(Tagging)
	}
	if v.lacks.has(Tagging) || v.isMissing(Tagging, err) {
		return nil, nil
	}
	return tags, v.adviseLacking(Tagging, err)
}
