package record

import (
	"time"

	"firn/treehash"
	"firn/vault"
)

// DownloadState is how far a download has come.
type DownloadState string

// The states of a download.
const (
	// Receiving: bytes may lie in the unfinished file, those of each Segment
	// verified.
	Receiving DownloadState = "receiving"
	// Received: the target has all bytes, verified, flushed and renamed.
	Received DownloadState = "received"
)

// Download is the way of one archive, or a range of one, into one local file.
type Download struct {
	Key      int64  // the catalog's own key; 0 before the first save
	Vault    string // canonical URL of the vault
	Archive  vault.ArchiveID
	Range    vault.Range // within the archive, never the zero Range
	Size     int64       // bytes of the archive
	TreeHash treehash.Hash
	Target   string // absolute path of the finished file
	State    DownloadState
	// Mark is random text that stands at the end of the unfinished file until all
	// bytes are there, and by which it is known to be one. Empty if a firn began the
	// download that left none.
	Mark    string
	Started time.Time // UTC
	Updated time.Time // UTC; set by whoever saves
	// Fetched and Busy count the bytes received and the time spent receiving them,
	// over all runs without a rate limit. Rates are learned from them.
	Fetched int64
	Busy    time.Duration
}

// Segment is a run of bytes that was received and verified.
type Segment struct {
	vault.Range // within the archive

	TreeHash treehash.Hash // of these bytes
}
