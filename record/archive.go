package record

import (
	"time"

	"firn/treehash"
	"firn/vault"
)

// ArchiveState is the catalog's knowledge of an archive's presence in its vault. No state
// removes the archive's row.
type ArchiveState string

// The states of an archive.
const (
	// Stored: the vault accepted the archive and returned its id.
	Stored ArchiveState = "stored"
	// Unproved: the vault accepted the archive and returned its id, but then reported a
	// checksum or size that the bytes sent do not have. The parts of its upload stay on
	// record until the archive is verified.
	Unproved ArchiveState = "unproved"
	// Confirmed: an inventory lists the archive with the size and tree hash on record.
	Confirmed ArchiveState = "confirmed"
	// Differing: an inventory lists its id with another size, tree hash or ETag, or a look
	// at the vault found another archive under this id.
	Differing ArchiveState = "differing"
	// Missing: two inventories of the whole vault, each made more than 48 hours after the
	// archive was created, do not list it, or a look at the vault did not find it.
	Missing ArchiveState = "missing"
	// Deleting: the vault is being asked to delete the archive, and its answer is not on
	// record.
	Deleting ArchiveState = "deleting"
	// Deleted: the vault accepted a request to delete the archive.
	Deleted ArchiveState = "deleted"
)

// ArchiveStates returns all states of an archive.
func ArchiveStates() []ArchiveState {
	return []ArchiveState{Stored, Unproved, Confirmed, Differing, Missing, Deleting, Deleted}
}

// Archive is one archive in one vault.
type Archive struct {
	Vault string // canonical URL of the vault
	ID    vault.ArchiveID
	// Name is the absolute path of the file that the bytes came from, "-" for a stream, or
	// the name that the description contains, decoded. It is untrusted: never use it as a
	// path to write to.
	Name        string
	ModTime     time.Time // last change of the file, if the description contains it; else zero
	Tool        string    // the tool that wrote the description; empty: plain text
	Description string    // as the vault keeps it
	Size        int64     // bytes
	TreeHash    treehash.Hash
	Created     time.Time // UTC
	Seen        time.Time // UTC; date of the newest inventory that lists the archive; zero if none does
	State       ArchiveState

	// ETag is the vault's opaque text for exactly these bytes, see vault.Archive. Dated is
	// the vault's own date of them, in UTC. Empty and zero if unknown.
	ETag  string
	Dated time.Time
	// Before is the State from before the request to delete the archive, while State is
	// Deleting or Deleted. While State is Missing or Differing, Before is Unproved if the
	// archive was never verified.
	Before ArchiveState
	// Deleted is the time at which the vault accepted to delete the archive, or, while
	// State is Deleting, the time of the request. If that time is unknown, it is the latest
	// possible one. UTC.
	Deleted time.Time
	// Since is the time from which the ID belongs to this archive, if it belonged to
	// another, deleted archive before; else zero. Earlier requests for the ID concern that
	// other archive. UTC.
	Since time.Time
}

// IsGone reports whether firn asked the vault to delete the archive.
func (a Archive) IsGone() bool { return a.State == Deleting || a.State == Deleted }
