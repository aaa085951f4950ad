package depot

import (
	"context"
	"time"

	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// Progress is the state of a transfer. Its most useful fields: Size is the number of bytes of
// the whole, or -1 if it is not known; Done counts the bytes done in this run or earlier, and
// Resumed those of them from earlier runs; InFlight counts bytes on their way that are not
// done; Retries counts repeated requests; Waiting is the error because of which the transfer
// waits until Until, or nil; Item is the index of the item that it is about, if a call transfers
// many. A package below defines the type: see "go doc firn/internal/transfer.Progress".
type Progress = transfer.Progress

// Reading is the state of reading an inventory.
type Reading struct {
	Entries int64 // entries recorded so far, by this call and earlier ones
	// Bytes counts the bytes read so far of a file that is imported, and Size those of the
	// whole file. Both are 0 for an inventory from a vault, whose size is not known.
	Bytes, Size int64
	// Finishing is set when all entries are recorded and the call computes the resulting
	// states.
	Finishing bool
}

// Packing is the state of a backup that reads directories.
type Packing struct {
	Path  string // of the last file, as in a pack
	Files int64  // files of all types that were compared with the record
	Bytes int64  // of the regular ones among them
	Read  int64  // bytes of contents that were read
	// Packs is how many packs are complete in the spool, or were; Stored is how many of them
	// are in the vault.
	Packs, Stored int
}

// Restoring is the state of a restore. While the record is read, only Found grows.
type Restoring struct {
	Path  string // of the last file, as in a pack
	Found int64  // files of all types that are selected
	Files int64  // regular files, links, pipes and devices that are complete, by this run or earlier
	Bytes int64  // of the contents that this run has written
}

// Waiting describes a wait for jobs or, without jobs, for a vault that is to be removed.
type Waiting struct {
	Jobs []record.Job // in progress, in the given order
	Next time.Time    // when the vault is asked again, at the latest
	// Usually is the usual duration of the slowest of the jobs.
	Usually time.Duration
}

// Bell waits for the message that a job has ended. Package notify has a Bell that reads
// messages from a queue.
type Bell interface {
	// Wait returns nil as soon as the service has announced an end that mine accepts, and the
	// cause of ctx when ctx ends. Any other error says why no message can be received now.
	// After vault.ErrUnavailable and vault.ErrThrottled the caller tries again later; after
	// other errors it does not.
	Wait(ctx context.Context, mine func(vault.Ending) bool) error
}
