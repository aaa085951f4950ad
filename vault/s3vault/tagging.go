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

// tagging is what is known of how the service takes ?tagging. One that takes no notice
// of it would put the tags in the place of the object that they are for.
type tagging struct {
	mu    sync.Mutex
	tried bool      // on a key that has no object
	asked sync.Once // by hasSidecars
	isOdd bool      // what it answered then is no answer to that
}

// tryTagging finds out whether the service takes no notice of ?tagging, before an
// archive is put at risk: it is asked to tag an object that is not there, that of the
// sidecar. Where tags are not to be had the sidecar is written after that.
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
		if without != o { // no sidecar will take the place of what that stored
			_ = v.removeSidecar(ctx, without) // some bytes that stay are no reason to take an upload for failed
		}
	case v.isMissing(Tagging, err):
	case amazon.Refusal(err) == nil || errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrThrottled):
		return v.adviseLacking(Tagging, err)
	}
	v.tagging.tried = true // what else was refused shows once more with the object itself
	return nil
}

// withoutSidecar is an object that has no sidecar, as far as can be seen: the one given, or
// else one that is not there. A sidecar that is there could be given tags, at most
// services, and one that was deleted in a bucket with versions is not simply missing.
func (v *Vault) withoutSidecar(ctx context.Context, o object) object {
	key := v.sidecarOf(o)
	isFree := v.checkKey(key) == nil // else it is too long
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
// ETag is the one to a request for the object: its bytes, or that it is archived.
func isContent(err error, etag string) bool {
	if strange, ok := errors.AsType[*amazon.AnswerError](err); ok {
		return strange.ETag != "" && trimETag(strange.ETag) == trimETag(etag)
	}
	answer := amazon.Refusal(err)
	return answer != nil && answer.CodeIs("InvalidObjectState")
}

// hasSidecars reports whether archives may have sidecars, as the service has no tags. If
// that is not known yet, it is asked for those of an object.
func (v *Vault) hasSidecars(ctx context.Context, o object) bool {
	v.tagging.asked.Do(func() {
		_, err := v.tags(ctx, listed{object: o}) // what else went wrong says nothing about it
		_, v.tagging.isOdd = errors.AsType[*amazon.AnswerError](err)
	})
	return v.lacks.has(Tagging) || v.tagging.isOdd
}
