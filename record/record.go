// Package record holds the nouns of the catalog: what is written down about an
// upload, an archive and a job so that another process can go on.
//
// It knows no database. The verbs use these nouns through interfaces that say what each
// of them needs of a record ([Journal], [JobJournal], [DownloadJournal],
// [InventoryJournal], [PurgeJournal]), package catalog keeps them, and neither imports the
// other. [None] is the record of a caller who keeps none.
package record

import (
	"time"

	"firn/treehash"
	"firn/vault"
)

// UploadState is how far an upload has come. A state is durable before the act
// that it announces, and a result is durable before it is shown.
type UploadState string

// The states of an upload, in the order in which a good one passes them.
const (
	// Initiating: the vault is being asked for an upload id. After a crash the
	// vault may hold an upload whose id was never received.
	Initiating UploadState = "initiating"
	// Open: the upload id is known and parts are on their way.
	Open UploadState = "open"
	// Completing: the vault is being asked to publish the archive.
	Completing UploadState = "completing"
	// Completed: the archive id is known and stands in the archives table.
	Completed UploadState = "completed"

	// Unknown: the answer to completing was lost and asking again did not
	// settle it. Only an inventory can; nothing is uploaded again by itself.
	Unknown UploadState = "unknown"
	// Expired: the vault no longer knows the upload id.
	Expired UploadState = "expired"
	// Aborted: the user gave the upload up, or the vault refused to begin it.
	Aborted UploadState = "aborted"
)

// Source identifies the local bytes of an upload, so that a later run can tell
// whether it looks at the same ones.
type Source struct {
	Path    string    // absolute path, or "-" for a stream
	Size    int64     // bytes; -1 for a stream whose end was not seen yet
	ModTime time.Time // to the nanosecond; zero for a stream
	Change  time.Time // inode change time where the system has one, else zero
	Inode   uint64    // where the system has one, else 0
}

// Stream is the Path of a source that cannot be opened again.
const Stream = "-"

// Upload is one attempt to bring one source into one vault.
type Upload struct {
	Key         int64  // the catalog's own key; 0 before the first save
	Vault       string // canonical URL of the vault
	Source      Source
	Description string
	Name        string // asked for, at a vault that keeps names; empty: none, or not known
	Class       string // asked for, at a vault that has storage classes; empty: not known
	PartSize    int64  // bytes
	ID          vault.UploadID
	State       UploadState
	ArchiveID   vault.ArchiveID // once Completed
	TreeHash    treehash.Hash   // of the whole, from Completing on
	Started     time.Time       // UTC
	Updated     time.Time       // UTC; set by whoever saves
	// Sent and Busy count the bytes acknowledged by the vault and the time spent
	// sending them, over all runs without a rate limit. Rates are learned from
	// them.
	Sent int64
	Busy time.Duration
}
