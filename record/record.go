// Package record holds the nouns of the catalog: uploads, archives, jobs, downloads and
// inventories as they are recorded, so that another process can continue the work.
//
// Package record knows no database. Each verb declares what it needs of a record by an
// interface of this package ([Journal], [JobJournal], [DownloadJournal],
// [InventoryJournal], [PurgeJournal]). Package catalog implements these interfaces, and
// neither imports the other. [None] is the record of a caller who keeps none.
//
// Sizes and offsets are in bytes, times are in UTC. A zero time or hash means "unknown".
package record

import (
	"time"

	"firn/treehash"
	"firn/vault"
)

// UploadState is the progress of an upload. A state is on disk before the act that it
// announces, and a result is on disk before it is shown.
type UploadState string

// The states of an upload. A successful upload passes through the first four in this order.
const (
	// Initiating: the vault is being asked for an upload id. After a crash the vault may
	// have an upload whose id firn never received.
	Initiating UploadState = "initiating"
	// Open: the upload id is known and parts are being sent.
	Open UploadState = "open"
	// Completing: the vault is being asked to publish the archive.
	Completing UploadState = "completing"
	// Completed: the archive id is known and the archive is on record.
	Completed UploadState = "completed"

	// Unknown: the answer to the request to complete was lost, and repeating the request
	// gave no clear answer. Only an inventory can give one. firn does not upload the bytes
	// again unless the user demands it.
	Unknown UploadState = "unknown"
	// Expired: the vault no longer knows the upload id.
	Expired UploadState = "expired"
	// Aborted: the user gave the upload up, or the vault refused to begin it.
	Aborted UploadState = "aborted"
)

// Source identifies the local bytes of an upload, so that a later run can check whether
// they are the same.
type Source struct {
	Path    string    // absolute path, or "-" for a stream
	Size    int64     // bytes; -1 for a stream that has not ended yet
	ModTime time.Time // to the nanosecond; zero for a stream
	Change  time.Time // inode change time if the system has one, else zero
	Inode   uint64    // inode number if the system has one, else 0
}

// Stream is the Path of a source that cannot be opened again.
const Stream = "-"

// Upload is one attempt to store one source in one vault.
type Upload struct {
	Key         int64  // the catalog's own key; 0 before the first save
	Vault       string // canonical URL of the vault
	Source      Source
	Description string
	Name        string // the requested name, at a vault whose archives have names; empty: none, or unknown
	Class       string // the requested storage class, at a vault that has classes; empty: unknown
	PartSize    int64  // bytes
	ID          vault.UploadID
	State       UploadState
	ArchiveID   vault.ArchiveID // set once Completed
	TreeHash    treehash.Hash   // of the whole archive, set from Completing on
	Started     time.Time       // UTC
	Updated     time.Time       // UTC; set when it is saved
	// Sent and Busy count the bytes that the vault acknowledged and the time spent sending
	// them, over all runs without a rate limit. Estimates of the transfer rate use them.
	Sent int64
	Busy time.Duration
}
