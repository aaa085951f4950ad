package vault

import (
	"fmt"
	"time"
)

// UnprovedError is the ErrChecksum of an upload that is complete: the archive is
// there, made of this upload, and what the service tells of it is not what was sent.
// Either the bytes are damaged or the service tells something wrong, and which of both
// it is, only reading the archive shows. errors.Is finds ErrChecksum in it.
type UnprovedError struct {
	ID    ArchiveID
	Proof string // what differs, such as "CRC-64"
	Sent  string // what it is of the bytes that were sent
	Told  string // what the service tells
	// Without says how this proof is left out, where that can be: a part of the
	// vault's URL.
	Without string
}

// Error names the archive, the proof that failed and both of its values.
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

// Unwrap makes errors.Is find ErrChecksum.
func (e *UnprovedError) Unwrap() error { return ErrChecksum }

// TakenError is the ErrExists of a kind whose archives have names: an archive that is
// not the one that was meant stands there. errors.Is finds ErrExists in it.
type TakenError struct {
	ID      ArchiveID
	Size    int64     // bytes
	Created time.Time // UTC; zero if the vault does not tell
}

// Error tells what stands there.
func (e *TakenError) Error() string {
	text := fmt.Sprintf("an archive of this name %v, with %d bytes", ErrExists, e.Size)
	if e.Created.IsZero() {
		return text
	}
	return text + ", of " + e.Created.UTC().Format(time.DateTime) + " UTC"
}

// Unwrap makes errors.Is find ErrExists.
func (e *TakenError) Unwrap() error { return ErrExists }
