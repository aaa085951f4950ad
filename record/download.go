package record

import (
	"time"

	"firn/treehash"
	"firn/vault"
)

// DownloadState is the progress of a download.
type DownloadState string

// The states of a download.
const (
	// Receiving: the unfinished file may hold bytes. The bytes of each Segment are
	// verified.
	Receiving DownloadState = "receiving"
	// Received: the target has all bytes, verified and flushed, under its own name.
	Received DownloadState = "received"
)

// Download is one archive, or a range of one, being downloaded into one local file.
type Download struct {
	Key      int64  // the catalog's own key; 0 before the first save
	Vault    string // canonical URL of the vault
	Archive  vault.ArchiveID
	Range    vault.Range // within the archive, never the zero Range
	Size     int64       // bytes of the archive
	TreeHash treehash.Hash
	Target   string // absolute path of the finished file
	State    DownloadState
	// Mark is random text at the end of the unfinished file, by which firn recognises that
	// file as its own. It stays there until the file has all its bytes. Empty if an older
	// firn, which left no mark, began the download.
	Mark    string
	Started time.Time // UTC
	Updated time.Time // UTC; set when it is saved
	// Fetched and Busy count the bytes received and the time spent receiving them, over all
	// runs without a rate limit. Estimates of the transfer rate use them.
	Fetched int64
	Busy    time.Duration
}

// Segment is a range of bytes that was received and verified separately.
type Segment struct {
	vault.Range // within the archive

	TreeHash treehash.Hash // of these bytes
}
