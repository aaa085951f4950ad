package s3vault

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
	"firn/vault"
)

// tagging is the knowledge of how the service handles ?tagging. A service that ignores the
// query would replace the object by the tags.
type tagging struct {
	mu    sync.Mutex
	tried bool      // tryTagging has run
	asked sync.Once // by hasSidecars
	isOdd bool      // the answer to that request made no sense
}

// tryTagging finds out whether the service ignores ?tagging, before an archive is put at
// risk: it tags an object that does not exist, under the key of the sidecar. If the service
// has no tags, the sidecar is written to that key afterwards.
func (v *Vault) tryTagging(ctx context.Context, o object) error {
	v.tagging.mu.Lock()
	defer v.tagging.mu.Unlock()
	if v.tagging.tried || !v.isElsewhere() || v.lacks.has(Tagging) {
		return nil
	}
	without := v.withoutSidecar(ctx, o)
	err := v.putTags(ctx, "see whether objects can have tags", v.sidecarOf(without), nil, []types.Tag{{Key: aws.String(tagSize), Value: aws.String("0")}})
	switch {
	case err == nil:
		v.miss(Tagging)
		if without != o { // no sidecar will replace the object that this request stored
			_ = v.removeSidecar(ctx, without) // a few bytes that remain are no reason to fail the upload
		}
	case v.isMissing(Tagging, err):
	case amazon.Refusal(err) == nil || errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrThrottled):
		return v.adviseLacking(Tagging, err)
	}
	v.tagging.tried = true // any other refusal will be repeated for the object itself
	return nil
}

// withoutSidecar returns an object that has no sidecar, as far as can be seen: the one
// given, or else one that does not exist. Most services would accept tags for an existing
// sidecar, and a deleted one in a bucket with versions is not simply missing.
func (v *Vault) withoutSidecar(ctx context.Context, o object) object {
	key := v.sidecarOf(o)
	isFree := v.checkKey(key) == nil // otherwise the key is too long
	if keeps, err := v.keepsVersions(ctx); err == nil && keeps {
		isFree = false
	}
	if isFree {
		_, err := v.head(ctx, key, nil)
		isFree = err != nil
	}
	if isFree {
		return o
	}
	return object{key: v.config.Prefix + "tags-" + rand.Text()}
}

func (v *Vault) putTags(ctx context.Context, what, key string, version *string, tags []types.Tag) error {
	return v.call(ctx, what, func() error {
		_, err := v.client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
			Bucket: &v.config.Bucket, Key: &key, VersionId: version, Tagging: &types.Tagging{TagSet: tags},
		})
		return err
	})
}

// isContent reports whether the answer to a request for the tags of an object with this
// ETag is the answer to a request for the object itself: its bytes, or that it is archived.
func isContent(err error, etag string) bool {
	if strange, ok := errors.AsType[*amazon.AnswerError](err); ok {
		return strange.ETag != "" && trimETag(strange.ETag) == trimETag(etag)
	}
	answer := amazon.Refusal(err)
	return answer != nil && answer.CodeIs("InvalidObjectState")
}

// hasSidecars reports whether archives may have sidecars because the service has no tags.
// If that is unknown, it asks for the tags of an object.
func (v *Vault) hasSidecars(ctx context.Context, o object) bool {
	v.tagging.asked.Do(func() {
		_, err := v.tags(ctx, listed{object: o}) // other errors say nothing about tags
		_, v.tagging.isOdd = errors.AsType[*amazon.AnswerError](err)
	})
	return v.lacks.has(Tagging) || v.tagging.isOdd
}
