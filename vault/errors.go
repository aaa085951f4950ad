package vault

import (
	"errors"
	"fmt"

	"firn/treehash"
)

// The classes of error that every kind maps its own errors to. Callers ask with
// errors.Is. The texts are fragments: kinds wrap them in sentences that name
// the object.
var (
	// ErrNotFound: the vault, archive, upload or job is not there.
	ErrNotFound = errors.New("not found")
	// ErrNotReady: the job is still in progress. Ask again later.
	ErrNotReady = errors.New("not ready yet")
	// ErrExpired: the output of the job was there and is gone. Start another job.
	ErrExpired = errors.New("expired")
	// ErrChecksum: bytes and hash do not agree.
	ErrChecksum = errors.New("checksum mismatch")
	// ErrInvalid: the request cannot be carried out as it stands. Do not repeat it.
	ErrInvalid = errors.New("invalid request")
	// ErrDenied: credentials are missing, wrong or expired, or do not allow this.
	ErrDenied = errors.New("access denied")
	// ErrReadOnly is the ErrDenied of a vault that can be read but not written by anybody
	// here, such as a directory of a file system that is mounted read-only.
	ErrReadOnly = fmt.Errorf("%w: the vault can only be read", ErrDenied)
	// ErrThrottled: the service asks to slow down, by a throttling error or by
	// giving up on a part that arrived too slowly (408). Repeat later, with less
	// at once.
	ErrThrottled = errors.New("throttled")
	// ErrLimited: the account's retrieval policy, or the capacity for a tier, does
	// not allow the job now. Nothing was started. Ask again much later, or with
	// another tier.
	ErrLimited = errors.New("limited")
	// ErrUnavailable: the service or the network failed, or the answer was lost;
	// the request may have been carried out. Repeat what is idempotent.
	ErrUnavailable = errors.New("service unavailable")
	// ErrLost is the ErrUnavailable of a connection that could not be made, or broke
	// before the answer was there: errors.Is finds both. Where bytes had moved,
	// the line may bear less than is sent at once.
	ErrLost = fmt.Errorf("%w: no connection", ErrUnavailable)
	// ErrGarbled is the ErrUnavailable of a request or an answer that did not come as
	// it was sent: the service received fewer bytes than there were, or its answer came
	// whole and makes no sense. Most likely it will be the same the next time: repeat
	// what is idempotent, a few times.
	ErrGarbled = fmt.Errorf("%w: the request or the answer was garbled", ErrUnavailable)
	// ErrUnanswered is the ErrUnavailable of a service that has never answered since
	// the vault was opened: its name does not resolve, nothing listens there, what
	// answers is something else. Most likely the address is wrong: repeat for half a
	// minute. Once the service has answered, the same failures are ErrLost or
	// ErrUnavailable alone.
	ErrUnanswered = fmt.Errorf("%w: it has never answered", ErrUnavailable)
	// ErrLocked: another process holds the object.
	ErrLocked = errors.New("locked by another process")
	// ErrExists: the object is there already and the call will not replace it.
	ErrExists = errors.New("already exists")
)

// ChecksumError is the ErrChecksum of a kind that received the bytes itself and
// can tell both sides. errors.Is finds ErrChecksum in it.
type ChecksumError struct {
	Linear   bool          // the linear SHA-256 differs; else the tree hash does
	Sent     treehash.Hash // what the caller said
	Computed treehash.Hash // what the bytes have
}

// Error names the hash that differs and both of its values.
func (e *ChecksumError) Error() string {
	kind := "tree hash"
	if e.Linear {
		kind = "SHA-256"
	}
	return fmt.Sprintf("checksum mismatch: the %s given is %s, the bytes have %s", kind, e.Sent, e.Computed)
}

// Unwrap makes errors.Is find ErrChecksum.
func (e *ChecksumError) Unwrap() error { return ErrChecksum }

// DamageError is the error of a kind that keeps the bytes itself and found that some of
// them are not those that were stored. It tells which, so that all others can
// still be read.
type DamageError struct {
	Archive ArchiveID
	Range   Range // bytes of the archive: whole MiB, but for its end
	// Somewhere: only some bytes of the range are damaged, and which is not known.
	Somewhere bool
	Cause     error // what is wrong with them
}

// Error names the archive, its damaged bytes and what is wrong with them.
func (e *DamageError) Error() string { return fmt.Sprintf("%s: %v", e.Extent(), e.Cause) }

// Extent names the archive and its damaged bytes, the first and the last.
func (e *DamageError) Extent() string {
	if e.Somewhere {
		return fmt.Sprintf("archive %q is damaged, in bytes %d-%d, and where is not known", e.Archive, e.Range.Offset, e.Range.End()-1)
	}
	return fmt.Sprintf("bytes %d-%d of archive %q are damaged", e.Range.Offset, e.Range.End()-1, e.Archive)
}

// Unwrap returns the cause.
func (e *DamageError) Unwrap() error { return e.Cause }
