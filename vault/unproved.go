package vault

import (
	"fmt"
	"time"
)

// UnprovedError is the ErrChecksum of a complete upload: the archive exists and was made of
// this upload, but the service reports a checksum or size that the bytes sent do not have.
// Either the bytes are damaged or the reported value is wrong. Only reading the archive
// shows which. errors.Is finds ErrChecksum in it.
type UnprovedError struct {
	ID    ArchiveID
	Proof string // the name of the value that differs, such as "CRC-64"
	Sent  string // the value of the bytes that were sent
	Told  string // the value that the service reports; empty if it reports none
	// Without is the part of the vault's URL that disables this check; empty if it cannot
	// be disabled.
	Without string
}

// Error names the archive, the check that failed and both values.
func (e *UnprovedError) Error() string {
	told := fmt.Sprintf("the service tells %.60q", e.Told)
	if e.Told == "" {
		told = "the service tells none"
	}
	text := fmt.Sprintf("archive %q is stored and not proved (%v): the %s of what was sent is %.60q, and %s",
		string(e.ID), ErrChecksum, e.Proof, e.Sent, told)
	if e.Without == "" {
		return text
	}
	return text + fmt.Sprintf("; if the service is known to tell wrong ones, leave this proof out: %s in the vault's URL", e.Without)
}

func (e *UnprovedError) Unwrap() error { return ErrChecksum }

// TakenError is the ErrExists of a kind whose archives have names: another archive has the
// name already. errors.Is finds ErrExists in it.
type TakenError struct {
	ID      ArchiveID
	Size    int64     // bytes
	Created time.Time // UTC; zero if unknown
}

// Error gives the size and the date of the archive that has the name.
func (e *TakenError) Error() string {
	text := fmt.Sprintf("an archive of this name %v, with %d bytes", ErrExists, e.Size)
	if e.Created.IsZero() {
		return text
	}
	return text + ", of " + e.Created.UTC().Format(time.DateTime) + " UTC"
}

func (e *TakenError) Unwrap() error { return ErrExists }
