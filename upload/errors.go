package upload

import (
	"errors"
	"fmt"

	"firn/internal/transfer"
	"firn/vault"
)

// UnfinishedError means that the vault holds every byte of the upload and refuses to complete
// it, because another archive has the name. The upload stays open at the vault. The same call
// continues when the name is free.
type UnfinishedError struct {
	Upload vault.UploadID
	Cause  error
}

// Error says that nothing must be sent again, and why the upload is not complete.
func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("all parts are sent, but the upload cannot be completed: %v", e.Cause)
}

// Unwrap returns Cause.
func (e *UnfinishedError) Unwrap() error { return e.Cause }

// Reasons why an upload ended without an archive, besides the error classes of package vault
// and the errors of packages depot and source.
var (
	// ErrSpool: a part of a stream could not be kept on disk until the vault acknowledges it.
	ErrSpool = transfer.ErrSpool
	// ErrUndescribed: a stream has no description. It wraps vault.ErrInvalid.
	ErrUndescribed = vault.Errorf(vault.ErrInvalid, "a stream has no name of its own, and needs a description")
	// ErrUnknown: the vault was asked to complete the upload, and its answer was lost. The
	// archive may be stored. A later call of the same upload, or an inventory, finds out.
	ErrUnknown = errors.New("it is unknown whether the archive was stored")
)
