package depot

import "firn/internal/transfer"

// Why an act did not come to its end, apart from the classes of package vault.
var (
	// ErrInterrupted: the Drain of the options was closed. Everything acknowledged
	// or verified is recorded and the same call continues.
	ErrInterrupted = transfer.ErrInterrupted
	// ErrGaveUp: the service could not be reached, or refused, for longer than
	// RetryFor of the options. The same call continues.
	ErrGaveUp = transfer.ErrGaveUp
)
