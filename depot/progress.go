package depot

import (
	"context"
	"time"

	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// Progress is how far a transfer is.
type Progress = transfer.Progress

// Reading is how far the reading of an inventory is.
type Reading struct {
	Entries int64 // filed so far, by this call and earlier ones
	// Bytes of the document that are read, and of all of it. Both are 0 where that is not
	// known: an inventory that comes from a vault does not tell its size.
	Bytes, Size int64
	// Finishing: all entries are filed, and the call works out what they mean.
	Finishing bool
}

// Waiting is a wait for jobs, or for a vault.
type Waiting struct {
	Jobs []record.Job // in progress, in the order given
	Next time.Time    // when the vault is asked again, at the latest
	// Usually is how long jobs like the slowest of them take.
	Usually time.Duration
}

// Bell says when it is worth asking a vault about its jobs. Package notify has one that
// hears of them from a queue.
type Bell interface {
	// Wait returns nil once the service has said that something of ours ended, and
	// the cause of ctx when that ends. Any other error says why there is nothing to be
	// heard for now: vault.ErrUnavailable and vault.ErrThrottled may pass, others
	// do not.
	Wait(ctx context.Context, mine func(vault.Ending) bool) error
}
