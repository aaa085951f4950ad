package firn

import (
	"errors"

	"firn/internal/transfer"
)

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
