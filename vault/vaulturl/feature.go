package vaulturl

import (
	"firn/vault"
	"firn/vault/glaciervault"
)

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
		return "a directory sends no messages about its jobs",
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

// Account returns the account of Amazon Glacier, which has every feature. For a directory
// or a bucket it returns ErrInvalid with a substitute for the needed feature.
func (p *Place) Account(need Feature) (*glaciervault.Account, error) {
	if a, ok := p.Admin.(*glaciervault.Account); ok {
		return a, nil
	}
	instead, bucket := need.instead()
	if _, isBucket := p.Admin.(noAdmin); isBucket {
		instead = bucket
	}
	return nil, vault.Errorf(vault.ErrInvalid, "vault %q: %s", p.URL(p.Name), instead)
}
