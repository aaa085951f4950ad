package s3vault

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"firn/vault"
)

// A service may accept the names of the cold classes but have no restore: its objects can
// be read at any time.

// restoredNow returns the state of an object's copy, as far as it needs one.
func (v *Vault) restoredNow(found *s3.HeadObjectOutput) restored {
	if v.lacks.has(Restore) {
		return restored{}
	}
	return restoreOf(found.StorageClass, aws.ToString(found.Restore))
}

// tryUnrestored finds out whether a service ignored the request to restore an object: it
// reports no restore, and lets the object be read. A failure to find that out is ignored.
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

// unreadable returns the error for an object that can be neither read nor restored.
func unreadable(refusal error) error {
	const text = "%w: the service lacks %s, and does not let an object of this class be read: %v"
	return fmt.Errorf(text, vault.ErrInvalid, Restore, refusal) // ErrNotReady would say too much
}
