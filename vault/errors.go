package vault

import (
	"errors"
	"fmt"

	"firn/treehash"
)

// The classes of error. Every kind maps its own errors to them, and callers test for them
// with errors.Is. The texts are fragments. An error whose sentence says the same has its class
// from [Errorf].
var (
	// ErrNotFound: the vault, archive, upload or job does not exist.
	ErrNotFound = errors.New("not found")
	// ErrNotReady: the job is still in progress. Ask again later.
	ErrNotReady = errors.New("not ready yet")
	// ErrExpired: the output of the job has expired. Start another job.
	ErrExpired = errors.New("expired")
	// ErrChecksum: bytes and hash do not agree.
	ErrChecksum = errors.New("checksum mismatch")
	// ErrInvalid: the request cannot be carried out as it stands. Do not repeat it.
	ErrInvalid = errors.New("invalid request")
	// ErrDenied: credentials are missing, wrong or expired, or do not allow this.
	ErrDenied = errors.New("access denied")
	// ErrReadOnly is the ErrDenied of a vault to which nobody on this machine can write,
	// such as a directory on a file system that is mounted read-only.
	ErrReadOnly = fmt.Errorf("%w: the vault can only be read", ErrDenied)
	// ErrCredentials is the ErrDenied of credentials that are missing, expired or wrong, or
	// of a wrong clock: every other request fails alike.
	ErrCredentials = fmt.Errorf("%w: the credentials are not accepted", ErrDenied)
	// ErrThrottled: the service asks the caller to slow down, by a throttling error or by
	// giving up on a part that arrived too slowly (status 408). Repeat later, with fewer
	// requests at once.
	ErrThrottled = errors.New("throttled")
	// ErrLimited: the account's retrieval policy, or the capacity of a tier, does not allow
	// the job now. The service started nothing. Repeat much later, or with another tier.
	ErrLimited = errors.New("limited")
	// ErrUnavailable: the service or the network failed, or the answer was lost. The
	// service may have carried out the request. Repeat idempotent requests.
	ErrUnavailable = errors.New("service unavailable")
	// ErrLost is the ErrUnavailable of a connection that could not be made, or that broke
	// before the answer arrived. errors.Is finds both. If bytes had moved, the caller may
	// be sending more at once than the connection can carry.
	ErrLost = fmt.Errorf("%w: no connection", ErrUnavailable)
	// ErrGarbled is the ErrUnavailable of a damaged exchange: the service received fewer
	// bytes than were sent, or its complete answer makes no sense. The next attempt will
	// most likely fail in the same way, so repeat idempotent requests only a few times.
	ErrGarbled = fmt.Errorf("%w: the request or the answer was garbled", ErrUnavailable)
	// ErrUnanswered is the ErrUnavailable of a service that has never answered since the
	// vault was opened: its name does not resolve, nothing listens at its address, it is
	// silent, or something else answers there. Most likely the address is wrong, so repeat for half a
	// minute only. Once the service has answered, the same failures are ErrLost or plain
	// ErrUnavailable.
	ErrUnanswered = fmt.Errorf("%w: it has never answered", ErrUnavailable)
	// ErrLocked: another process holds the object.
	ErrLocked = errors.New("locked by another process")
	// ErrExists: the object exists already and the call will not replace it.
	ErrExists = errors.New("already exists")
)

// Errorf returns an error with the text of [fmt.Errorf] that also belongs to a class. errors.Is
// finds the class; the text is a sentence that does without it.
func Errorf(class error, format string, args ...any) error {
	return &classified{fmt.Errorf(format, args...), class}
}

type classified struct {
	error
	class error
}

func (e *classified) Unwrap() []error { return []error{e.error, e.class} }

// Classes returns the classes of error.
func Classes() []error {
	return []error{
		ErrNotFound, ErrNotReady, ErrExpired, ErrChecksum, ErrInvalid, ErrDenied, ErrReadOnly, ErrCredentials, ErrThrottled,
		ErrLimited, ErrUnavailable, ErrLost, ErrGarbled, ErrUnanswered, ErrLocked, ErrExists,
	}
}

// ChecksumError is the ErrChecksum of a kind that received the bytes itself and knows both
// hashes. errors.Is finds ErrChecksum in it.
type ChecksumError struct {
	Linear   bool          // the linear SHA-256 differs; else the tree hash does
	Sent     treehash.Hash // the hash that the caller gave
	Computed treehash.Hash // the hash of the bytes that arrived
}

// Error names the hash that differs and both of its values.
func (e *ChecksumError) Error() string {
	kind := "tree hash"
	if e.Linear {
		kind = "SHA-256"
	}
	return fmt.Sprintf("checksum mismatch: the %s given is %s, the bytes have %s", kind, e.Sent, e.Computed)
}

func (e *ChecksumError) Unwrap() error { return ErrChecksum }

// DamageError is the error of a kind that keeps the bytes itself and found some of them
// damaged. It names the damaged range, so that a caller can still read all other bytes.
// errors.Is and errors.As search Cause.
type DamageError struct {
	Archive ArchiveID
	Range   Range // bytes of the archive: whole MiB, except at its end
	// Somewhere: only some bytes of Range are damaged, and the kind does not know which.
	Somewhere bool
	Cause     error // why the bytes count as damaged
}

// Error names the archive, its damaged bytes and the cause.
func (e *DamageError) Error() string { return fmt.Sprintf("%s: %v", e.Extent(), e.Cause) }

// Extent names the archive and its first and last damaged byte.
func (e *DamageError) Extent() string {
	if e.Somewhere {
		return fmt.Sprintf("archive %q is damaged, in bytes %d-%d, and where is not known", e.Archive, e.Range.Offset, e.Range.End()-1)
	}
	return fmt.Sprintf("bytes %d-%d of archive %q are damaged", e.Range.Offset, e.Range.End()-1, e.Archive)
}

func (e *DamageError) Unwrap() error { return e.Cause }
