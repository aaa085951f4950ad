package depot

import "firn/internal/transfer"

// Reasons why a call ended early, besides the error classes of package vault.
var (
	// ErrInterrupted: ctx ended. Everything that was acknowledged or verified is recorded, and
	// the same call continues. errors.Is also matches it with context.Canceled, whatever
	// ended ctx, a deadline too.
	ErrInterrupted = transfer.ErrInterrupted
	// ErrGaveUp: for longer than Patience, the service could not be reached or refused the
	// requests. The same call continues.
	ErrGaveUp = transfer.ErrGaveUp
)
