package firn

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

// Why an upload did not end with an archive, or a retrieval with its bytes, apart
// from the classes of package vault.
var (
	// ErrInterrupted: the Drain of the options was closed. Everything acknowledged
	// or verified is recorded and the same call continues.
	ErrInterrupted = transfer.ErrInterrupted
	// ErrGaveUp: the service could not be reached, or refused, for longer than
	// RetryFor of the options. The same call continues.
	ErrGaveUp = transfer.ErrGaveUp
	// ErrSourceChanged: the local file is not what it was when the upload began.
	// Nothing was completed.
	ErrSourceChanged = transfer.ErrSourceChanged
	// ErrUnreadable: the local file cannot be read as one archive.
	ErrUnreadable = errors.New("cannot be read")
	// ErrSpool: a part of a stream could not be kept on disk until it is
	// acknowledged.
	ErrSpool = transfer.ErrSpool
	// ErrUnknown: the vault was asked to complete the upload and its answer was
	// lost. The archive may be there; only an inventory can tell.
	ErrUnknown = errors.New("it is not known whether the archive was stored")
	// ErrJobFailed: the vault could not do the job.
	ErrJobFailed = errors.New("failed at the vault")
	// ErrNotStarted: RetrieveOptions.Budget has no room for the archive.
	ErrNotStarted = errors.New("not asked for, since more could not be downloaded in time")
	// ErrNoSpace: the file system has no room for what is downloaded. Everything
	// verified is recorded and the same call continues.
	ErrNoSpace = errors.New("not enough space")
	// ErrCut: a stream got some bytes of an archive, all of them right, and not the
	// rest.
	ErrCut = errors.New("the output is not complete")
)
