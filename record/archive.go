package record

import (
	"time"

	"firn/treehash"
	"firn/vault"
)

// ArchiveState is what is known about an archive's presence in its vault. No
// state ever removes the row: what was known stays known.
type ArchiveState string

// The states of an archive.
const (
	// Stored: the vault accepted it and returned its id.
	Stored ArchiveState = "stored"
	// Unproved: the vault accepted it and returned its id, and then told something
	// else of it than was sent. The parts of its upload stay on record until it is
	// proved.
	Unproved ArchiveState = "unproved"
	// Confirmed: an inventory lists it, with the size and tree hash on record.
	Confirmed ArchiveState = "confirmed"
	// Differing: an inventory lists its id with another size, tree hash or ETag, or the
	// vault was looked at and has another archive of this id.
	Differing ArchiveState = "differing"
	// Missing: two full inventories, each made more than 48 hours after it was
	// created, do not list it, or the vault was looked at and does not have it.
	Missing ArchiveState = "missing"
	// Deleting: the vault is being asked to delete it, and the answer is not on
	// record.
	Deleting ArchiveState = "deleting"
	// Deleted: the vault accepted a request to delete it.
	Deleted ArchiveState = "deleted"
)

// ArchiveStates are all states of an archive.
func ArchiveStates() []ArchiveState {
	return []ArchiveState{Stored, Unproved, Confirmed, Differing, Missing, Deleting, Deleted}
}

// Archive is one archive in one vault.
type Archive struct {
	Vault string // canonical URL of the vault
	ID    vault.ArchiveID
	// Name is what the archive is called: the absolute path that its bytes came
	// from, "-" for a stream, or what its description says, decoded. It comes from
	// outside and is no path to write to.
	Name        string
	ModTime     time.Time // of the file, if the description tells; else zero
	Tool        string    // whose way of writing descriptions this is; empty: plain text
	Description string    // as it is at the vault
	Size        int64     // bytes
	TreeHash    treehash.Hash
	Created     time.Time // UTC
	Seen        time.Time // date of the newest inventory that lists it; zero if none
	State       ArchiveState

	// ETag is what the vault calls these very bytes, see vault.Archive, and Dated its own
	// date of them. Empty: not known.
	ETag  string
	Dated time.Time
	// Before is the State that it had before the vault was asked to delete it, while it
	// is Deleting or Deleted. While it is Missing or Differing it is Unproved if the archive
	// never was proved.
	Before ArchiveState
	// Deleted is when the vault accepted to delete it or, while it is Deleting, was
	// asked; at the latest, where that is not known.
	Deleted time.Time
	// Since is since when the ID stands for this archive, if it stood for another one
	// before that was deleted. What was done with the ID before says nothing of it.
	Since time.Time
}

// IsGone reports whether the vault was asked to delete it.
func (a Archive) IsGone() bool { return a.State == Deleting || a.State == Deleted }
