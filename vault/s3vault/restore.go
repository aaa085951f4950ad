package s3vault

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"firn/vault"
)

// A service may have the names of the cold classes, and nothing to restore: its objects
// are read as they are.

// restoredNow is how the copy of an object stands, as far as it needs one.
func (v *Vault) restoredNow(found *s3.HeadObjectOutput) restored {
	if v.lacks.has(Restore) {
		return restored{}
	}
	return restoreOf(found.StorageClass, aws.ToString(found.Restore))
}

// tryUnrestored finds out whether a service that took a request to restore an object of
// a job takes no notice of it: it tells nothing of that, and lets the object be read.
// What cannot be found out now is not.
func (v *Vault) tryUnrestored(ctx context.Context, what string, j job) {
	if !v.isElsewhere() {
		return
	}
	found, err := v.look(ctx, j.of)
	if err != nil || aws.ToString(found.Restore) != "" || aws.ToInt64(found.ContentLength) == 0 {
		return
	}
	if out, err := v.get(ctx, what, j, vault.Range{Size: 1}); err == nil {
		_ = out.Close() // one byte was enough
		v.miss(Restore)
	}
}

// unreadable is the error of an object that can neither be read nor restored.
func unreadable(refusal error) error {
	const text = "%w: the service lacks %s, and does not let an object of this class be read: %v"
	return fmt.Errorf(text, vault.ErrInvalid, Restore, refusal) // that it is not ready yet would say too much
}
