package depot

import "firn/internal/transfer"

// Why an act did not come to its end, apart from the classes of package vault.
var (
	// ErrInterrupted: ctx ended. Everything acknowledged or verified is recorded, and the
	// same call continues. errors.Is takes it for context.Canceled, too, whatever ended
	// ctx: a deadline is one way of asking to stop.
	ErrInterrupted = transfer.ErrInterrupted
	// ErrGaveUp: the service could not be reached, or refused, for longer than
	// Patience. The same call continues.
	ErrGaveUp = transfer.ErrGaveUp
)
