package vaulturl

import (
	"context"
	"fmt"

	"firn/vault"
)

// Administrator is an [Admin] that can do what only an account of Amazon Glacier
// can. See glaciervault.Account for what its methods return; where a vault has none
// of what is asked for, or is not there, that is ErrNotFound.
type Administrator interface {
	// SetNotifications replaces the notifications of a vault.
	SetNotifications(ctx context.Context, name string, n vault.Notifications) error
	// Notifications returns the notifications of a vault.
	Notifications(ctx context.Context, name string) (vault.Notifications, error)
	// DeleteNotifications removes the notifications of a vault. It succeeds if there are
	// none.
	DeleteNotifications(ctx context.Context, name string) error

	// Tags returns the tags of a vault, which may be none.
	Tags(ctx context.Context, name string) (map[string]string, error)
	// AddTags sets tags. After an error some of them may be set.
	AddTags(ctx context.Context, name string, tags map[string]string) error
	// RemoveTags removes tags by their keys. It ignores keys that do not exist. After an
	// error some tags may be removed.
	RemoveTags(ctx context.Context, name string, keys []string) error

	// AccessPolicy returns the access policy of a vault, in JSON.
	AccessPolicy(ctx context.Context, name string) (string, error)
	// SetAccessPolicy replaces the access policy of a vault.
	SetAccessPolicy(ctx context.Context, name, policy string) error
	// DeleteAccessPolicy removes the access policy of a vault. It succeeds if there is
	// none.
	DeleteAccessPolicy(ctx context.Context, name string) error

	// Lock returns the lock of a vault.
	Lock(ctx context.Context, name string) (vault.Lock, error)
	// StartLock puts a lock in force for vault.LockTime. Only its result contains the id
	// that completes the lock.
	StartLock(ctx context.Context, name, policy string) (id string, err error)
	// CompleteLock makes a lock permanent.
	CompleteLock(ctx context.Context, name, id string) error
	// AbortLock removes a lock in progress. It succeeds if there is none.
	AbortLock(ctx context.Context, name string) error

	// Capacity lists the capacity units of the account, which may be none.
	Capacity(ctx context.Context) ([]vault.CapacityUnit, error)
	// BuyCapacity buys one more unit with every call.
	BuyCapacity(ctx context.Context) (id string, err error)

	// RetrievalLimit returns the data retrieval policy of the account.
	RetrievalLimit(ctx context.Context) (vault.RetrievalLimit, error)
	// SetRetrievalLimit replaces it.
	SetRetrievalLimit(ctx context.Context, limit vault.RetrievalLimit) error
}

// Feature is a setting that only Amazon Glacier has.
type Feature string

// The features.
const (
	Notifications   Feature = "notifications"
	Tags            Feature = "tags"
	AccessPolicy    Feature = "access policy"
	VaultLock       Feature = "vault lock"
	Capacity        Feature = "provisioned capacity"
	RetrievalPolicy Feature = "retrieval policy"
)

// instead describes the substitute for a feature in a directory and in a bucket.
func (f Feature) instead() (directory, bucket string) {
	switch f {
	case Notifications:
		return "a directory has no topic to tell of its jobs",
			"a bucket tells of what is restored by its own configuration: aws s3api put-bucket-notification-configuration"
	case Tags:
		return "a directory has no tags; a file beside it can say what it is for",
			"the tags of a bucket are set with: aws s3api put-bucket-tagging"
	case AccessPolicy:
		return "a directory has no access policy; its owner and its mode say who may do what: chown, chmod",
			"the policy of a bucket is set with: aws s3api put-bucket-policy"
	case VaultLock:
		return "a directory has no lock policy; the file system can keep what is in it: chattr +i, or mounted read-only",
			"what is in a bucket is kept by Object Lock: aws s3api put-object-lock-configuration"
	case Capacity:
		return "a directory is read at once, by no capacity that can be bought",
			"capacity is bought for an account, not for a bucket: name it by glacier://?region=REGION"
	case RetrievalPolicy:
		return "a directory is read at once, and no policy limits that",
			"the retrieval policy of an account does not touch buckets; a limit for one command is --max-cost"
	}
	return "a directory has no " + string(f), "a bucket has no " + string(f)
}

// Administrator returns the account as an Administrator. For a directory or a bucket it
// returns ErrInvalid with a substitute for the feature.
func (p *Place) Administrator(need Feature) (Administrator, error) {
	if a, ok := p.Admin.(Administrator); ok {
		return a, nil
	}
	instead, bucket := need.instead()
	if _, isBucket := p.Admin.(noAdmin); isBucket {
		instead = bucket
	}
	return nil, fmt.Errorf("vault %q: %w: %s", p.URL(p.Name), vault.ErrInvalid, instead)
}
