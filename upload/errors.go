package upload

import (
	"errors"
	"fmt"

	"firn/internal/transfer"
	"firn/vault"
)

// UnfinishedError is the error of an upload of which everything is at the vault and
// which cannot be completed as it stands. The upload stays open there.
type UnfinishedError struct {
	Upload vault.UploadID
	Cause  error
}

// Error says that nothing has to be sent again, and why the upload is not complete.
func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("everything is sent and the upload cannot be completed: %v", e.Cause)
}

// Unwrap returns the cause.
func (e *UnfinishedError) Unwrap() error { return e.Cause }

// Why an upload did not end with an archive, apart from the classes of package vault and
// the errors of package depot and of package source.
var (
	// ErrSpool: a part of a stream could not be kept on disk until it is
	// acknowledged.
	ErrSpool = transfer.ErrSpool
	// ErrUndescribed: a stream was given without a description. It wraps
	// vault.ErrInvalid.
	ErrUndescribed = fmt.Errorf("a stream has no name of its own, and needs a description: %w", vault.ErrInvalid)
	// ErrUnknown: the vault was asked to complete the upload and its answer was
	// lost. The archive may be there; only an inventory can tell.
	ErrUnknown = errors.New("it is not known whether the archive was stored")
)
