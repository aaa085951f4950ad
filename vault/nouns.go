package vault

import (
	"io"
	"time"

	"firn/internal/crc64"
	"firn/treehash"
)

// ArchiveID names a stored archive. It is opaque and chosen by the kind; a
// Glacier id is 138 characters of [A-Za-z0-9_-] and may begin with a hyphen.
type ArchiveID string

// UploadID names an unfinished upload.
type UploadID string

// JobID names a job.
type JobID string

// Limits is what a kind accepts, as data that one engine obeys.
type Limits struct {
	MinPartSize        int64  // bytes; the last part of an upload may be smaller
	MaxPartSize        int64  // bytes
	PartSizePowerOfTwo bool   // part sizes are MinPartSize times a power of two
	MaxParts           int    // parts in one upload
	MinArchiveSize     int64  // bytes; 1 where an empty archive is refused
	MaxArchiveSize     int64  // bytes
	MaxDescription     int    // bytes, each of them IsPrintable
	Names              bool   // an archive is called by UploadRequest.Name, which no other one may have
	Class              string // of storage, of what is uploaded now; empty where there are none
	CRC64              bool   // parts are proved by their CRC-64, too: Part.CRC64 saves reading them for it

	RangeAlignment int64  // bytes; a retrieval range starts and ends on multiples of it
	Sequential     bool   // an output is read from its beginning, and each part of it best behind the last
	Tiers          []Tier // tiers a retrieval may ask for, fastest first
	// JobTimes is how long a job of a tier usually takes, where that is not as at
	// Amazon Glacier.
	JobTimes       map[Tier]time.Duration
	OutputLifetime time.Duration // how long the output of a job stays; 0: no end, or the job tells
	Prolongs       bool          // a job for what can be read already keeps it readable for longer, and retrieves nothing anew

	InventoryLag time.Duration // how old an inventory may be that is asked for now; 0: it tells what is there now
	// LateArchives is for how long the vault may know neither the upload that it was
	// asked to complete nor its archive, since it still works on that; 0: it always
	// knows one of them.
	LateArchives time.Duration
}

// IsPrintable reports whether a description may hold c: printable ASCII, as the
// service keeps it (Amazon Glacier developer guide, "Upload Archive").
func IsPrintable(c byte) bool { return 0x20 <= c && c <= 0x7e }

// Tier is how fast, and at what price, a job is to be done.
type Tier string

// The three tiers of the service.
const (
	Expedited Tier = "Expedited"
	Standard  Tier = "Standard"
	Bulk      Tier = "Bulk"
)

// UploadRequest is what CreateUpload needs.
type UploadRequest struct {
	// Name is what the user calls the archive. Kinds whose archives have no
	// names ignore it.
	Name string
	// Description is kept with the archive for its whole life, as given.
	Description string
	// PartSize is the size of every part but the last, in bytes.
	PartSize int64
	// ModTime is when what is uploaded was last changed; zero if that is not known.
	// Kinds that have no place for it ignore it.
	ModTime time.Time
}

// Upload is an unfinished upload as the vault knows it.
type Upload struct {
	ID          UploadID
	Name        string    // what the archive will be called, at kinds that keep names
	Description string    // empty also where the vault does not tell it
	Class       string    // of storage; empty also where the vault does not tell it
	PartSize    int64     // bytes; 0: the vault does not tell it
	Created     time.Time // UTC
}

// Part is a piece of an archive on its way up.
type Part struct {
	Offset   int64         // first byte within the archive
	Size     int64         // bytes
	TreeHash treehash.Hash // of these bytes
	SHA256   treehash.Hash // linear SHA-256 of these bytes; zero in listings
	CRC64    crc64.Sum     // of these bytes; zero if not known
	Receipt  string        // what the vault returned for it; empty at kinds without receipts
}

// Completion is what CompleteUpload needs.
type Completion struct {
	Size     int64         // bytes of the whole archive
	TreeHash treehash.Hash // of the whole archive
	Parts    []Part        // all of them, in order
	// Description and ModTime are those of the UploadRequest, as far as they are known.
	// A kind that keeps them may recognise by them what it has published.
	Description string
	ModTime     time.Time
	// Unproved is the ID of the UnprovedError with which an earlier call for this
	// upload ended; empty if none did. Nothing is published then: the archive is looked
	// at once more.
	Unproved ArchiveID
}

// Archive is one stored, immutable sequence of bytes, as an inventory lists it.
type Archive struct {
	ID          ArchiveID
	Name        string // what the vault calls it; empty at kinds without names
	Description string
	Size        int64         // bytes
	TreeHash    treehash.Hash // zero if the vault's lists do not tell it
	Created     time.Time     // UTC
	// ETag is opaque text that is another one when other bytes have taken the place of
	// these under the ID. It is no proof of them. Empty at kinds whose ids never come
	// back.
	ETag string
	// Misplaced is not nil where the vault tells, of an archive that was looked at, that
	// it is in no class of its own, and stores others in one.
	Misplaced *ClassError
	// CRC64 is that of all bytes, and ModTime is when the file was last changed that they
	// came from. No list tells them; see CloseLooker. Zero: not known.
	CRC64   crc64.Sum
	ModTime time.Time // UTC
}

// JobKind tells what a job asks for.
type JobKind string

// The kinds of job.
const (
	RetrieveArchive   JobKind = "archive-retrieval"
	RetrieveInventory JobKind = "inventory-retrieval"
)

// JobRequest is what StartJob needs.
type JobRequest struct {
	Kind        JobKind
	Archive     ArchiveID // for RetrieveArchive only
	Range       Range     // for RetrieveArchive only; the zero Range is the whole archive
	Tier        Tier      // for RetrieveArchive only; empty means Standard
	List        Listing   // for RetrieveInventory only
	Description string    // kept with the job; firn puts its token here
	// Topic is what the service calls the place that it tells when the job has
	// ended: the ARN of an SNS topic. Empty: only the vault's own, if it has one.
	// A kind that tells nobody keeps it with the job.
	Topic string
}

// Listing says what an inventory is to list, and how. The zero Listing is every
// archive, as JSON.
type Listing struct {
	Since  time.Time // archives created at this time or later; zero: no bound
	Until  time.Time // archives created before this time; zero: no bound
	Limit  int64     // at most so many archives; 0: no bound
	Marker string    // begin where an earlier job with a Limit ended: its Job.Marker
	CSV    bool      // write the document as CSV, which cannot be read without doubt
}

// IsWhole reports whether an inventory with this Listing lists every archive, so
// that one which it lacks is not there.
func (l Listing) IsWhole() bool {
	return l.Since.IsZero() && l.Until.IsZero() && l.Limit == 0 && l.Marker == ""
}

// JobStatus tells how a job stands.
type JobStatus string

// The states of a job.
const (
	InProgress JobStatus = "InProgress"
	Succeeded  JobStatus = "Succeeded"
	Failed     JobStatus = "Failed"
)

// Job is a request to a vault that takes hours, as the vault knows it.
type Job struct {
	ID      JobID
	Kind    JobKind
	Status  JobStatus
	Message string // the service's words about the status
	Archive ArchiveID
	Range   Range // within the archive; the whole archive is given as such
	Tier    Tier

	ArchiveSize     int64         // bytes of the whole archive, if known, else 0
	ArchiveTreeHash treehash.Hash // of the whole archive, if known, else zero
	ArchiveCRC64    crc64.Sum     // of the whole archive, if known, else zero

	List        Listing // of an inventory, as asked for
	Marker      string  // of a finished inventory with a Limit: where the next one begins; empty if this was the last
	Description string
	Topic       string        // as asked for
	Size        int64         // bytes of the output, if known, else 0
	TreeHash    treehash.Hash // of the output, if the range has one, else zero
	Created     time.Time     // UTC
	Completed   time.Time     // UTC; zero while in progress
	Expires     time.Time     // UTC; when the output goes; zero if unknown or never

	// Bad says why nothing more than the ID and the Description, if those, can be read
	// of what the vault lists of the job; empty if all can. It is somebody's job all the
	// same: one of another kind, or told in a way that nobody knows.
	Bad string
}

// Output is the output of a finished job, or a range of it, being read.
type Output struct {
	io.ReadCloser
	Size int64 // bytes that the reader will give
	// TreeHash is what the vault says that these bytes have. Zero if it does not
	// tell, as of a range that is no node of the archive's tree, and of an
	// inventory.
	TreeHash treehash.Hash
}

// Entry is one line of an inventory.
type Entry struct {
	Archive // of a bad entry: what could be read of it

	// Bad says why the vault's line makes no sense; empty if it does.
	Bad string
	// Raw is the vault's line, of a bad entry only, and at most its first KiB.
	Raw string
	// AsOf is when the vault made the list; zero if it does not tell, or only to
	// whoever reads the list from its beginning.
	AsOf time.Time
	// Next is where Inventory goes on after this entry. It is opaque, and good
	// for the same job only.
	Next string
}

// Range is a run of bytes. The zero Range means everything.
type Range struct {
	Offset int64 // first byte
	Size   int64 // bytes
}

// IsZero reports whether r means everything.
func (r Range) IsZero() bool { return r == Range{} }

// End is the first byte behind r.
func (r Range) End() int64 { return r.Offset + r.Size }

// Contains reports whether r has all bytes of inner.
func (r Range) Contains(inner Range) bool {
	return r.Offset <= inner.Offset && inner.End() <= r.End()
}

// Overlap returns what r and other have in common; of size 0 if that is nothing.
func (r Range) Overlap(other Range) Range {
	from, to := max(r.Offset, other.Offset), min(r.End(), other.End())
	return Range{Offset: from, Size: max(0, to-from)}
}

// Info is what a place that holds vaults tells about one of them.
type Info struct {
	Name    string
	ARN     string // the service's own name for it; empty for a directory
	Created time.Time
	// Inventoried is when the vault last counted its archives; Archives and
	// Bytes are as of then. All three are zero before the first inventory.
	Inventoried time.Time
	Archives    int64
	Bytes       int64
}

// Notifications says which ends of jobs a vault announces, and where. Only a
// vault of the service has them.
type Notifications struct {
	Topic  string   // the Amazon SNS topic, by its ARN
	Events []string // at least one of the constants below
}

// The events that a vault announces ("Set Vault Notification Configuration" in
// the developer guide).
const (
	ArchiveRetrievalCompleted   = "ArchiveRetrievalCompleted"
	InventoryRetrievalCompleted = "InventoryRetrievalCompleted"
)
