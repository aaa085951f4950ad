package firn

import (
	"errors"

	"firn/internal/transfer"
)

// Why an upload did not end with an archive, apart from the classes of package
// vault.
var (
	// ErrInterrupted: UploadOptions.Drain was closed. Everything acknowledged is
	// recorded and the same call continues.
	ErrInterrupted = transfer.ErrInterrupted
	// ErrGaveUp: the service could not be reached, or refused, for longer than
	// UploadOptions.RetryFor. The same call continues.
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
)
