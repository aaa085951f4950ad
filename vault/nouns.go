package vault

import (
	"io"
	"time"

	"firn/internal/crc64"
	"firn/treehash"
)

// ArchiveID identifies a stored archive within its vault. The kind chooses it, and it is
// opaque. A Glacier id is 138 characters of [A-Za-z0-9_-] and may begin with a hyphen.
type ArchiveID string

// UploadID identifies an unfinished upload within its vault. It is opaque.
type UploadID string

// JobID identifies a job within its vault. It is opaque.
type JobID string

// Limits describes what a kind accepts and how its jobs behave. One engine obeys it for all
// kinds.
type Limits struct {
	MinPartSize        int64  // bytes; the last part of an upload may be smaller
	MaxPartSize        int64  // bytes
	PartSizePowerOfTwo bool   // part sizes are MinPartSize times a power of two
	MaxParts           int    // parts in one upload
	MinArchiveSize     int64  // bytes; 1 if the vault refuses empty archives
	MaxArchiveSize     int64  // bytes
	MaxDescription     int    // bytes; IsPrintable must accept each of them
	Names              bool   // UploadRequest.Name becomes the archive's name, which no other archive of the vault may have
	Class              string // storage class of new uploads; empty if the kind has no classes
	CRC64              bool   // the kind also checks parts by CRC-64; if the caller sets Part.CRC64, the kind does not read the part again for it

	RangeAlignment int64  // bytes; a retrieval range starts and ends on multiples of it
	Sequential     bool   // the kind can read an output only from its start: read it in order, one range at a time
	Tiers          []Tier // the tiers that a retrieval may use, fastest first
	// JobTimes is the usual duration of a job in each tier; nil if it is as at Amazon
	// Glacier.
	JobTimes       map[Tier]time.Duration
	OutputLifetime time.Duration // lifetime of a job's output; 0: it never expires, or each Job has its own Expires
	Prolongs       bool          // a job for an archive that is readable already prolongs its output and retrieves nothing

	InventoryLag time.Duration // greatest age of an inventory that is requested now; 0: it is up to date
	// LateArchives is the time during which the vault may know neither an upload that it
	// was asked to complete nor its archive, because it is still assembling it. 0: it
	// always knows one of them.
	LateArchives time.Duration
}

// IsPrintable reports whether a description may contain c. The service accepts printable
// ASCII, 0x20 to 0x7e (Amazon Glacier developer guide, "Upload Archive").
func IsPrintable(c byte) bool { return 0x20 <= c && c <= 0x7e }

// Tier is the speed of a job, which also decides its price.
type Tier string

// The three tiers of the service.
const (
	Expedited Tier = "Expedited"
	Standard  Tier = "Standard"
	Bulk      Tier = "Bulk"
)

// UploadRequest is the argument of CreateUpload.
type UploadRequest struct {
	// Name is the user's name for the archive. Kinds whose archives have no names ignore
	// it.
	Name string
	// Description is kept unchanged with the archive for its whole life.
	Description string
	// PartSize is the size of every part but the last, in bytes.
	PartSize int64
	// ModTime is the time of the source's last change; zero if unknown. Kinds that cannot
	// store it ignore it.
	ModTime time.Time
}

// Upload is an unfinished upload as the vault lists it.
type Upload struct {
	ID          UploadID
	Name        string    // the future name of the archive, at kinds with names
	Description string    // empty if the vault's list does not contain it
	Class       string    // storage class; empty if the vault's list does not contain it
	PartSize    int64     // bytes; 0 if the vault's list does not contain it
	Created     time.Time // UTC
}

// Part is a piece of an archive that is being uploaded.
type Part struct {
	Offset   int64         // first byte within the archive
	Size     int64         // bytes
	TreeHash treehash.Hash // of these bytes
	SHA256   treehash.Hash // linear SHA-256 of these bytes; zero in listings
	CRC64    crc64.Sum     // of these bytes; zero if unknown
	Receipt  string        // what the vault returned for the part; empty at kinds without receipts
}

// Completion is the argument of CompleteUpload.
type Completion struct {
	Size     int64         // bytes of the whole archive
	TreeHash treehash.Hash // of the whole archive
	Parts    []Part        // all parts, in order of their offsets
	// Description and ModTime repeat the values of the UploadRequest, as far as the caller
	// knows them. A kind that stores them may use them to recognise an archive that it has
	// published.
	Description string
	ModTime     time.Time
	// Unproved is the ID of the UnprovedError that an earlier call for this upload
	// returned; empty if there was none. If it is set, the call publishes nothing and
	// checks that archive again.
	Unproved ArchiveID
}

// Archive is a stored, immutable sequence of bytes as an inventory lists it.
type Archive struct {
	ID          ArchiveID
	Name        string // the vault's name for it; empty at kinds without names
	Description string
	Size        int64         // bytes
	TreeHash    treehash.Hash // zero if the vault's lists do not contain it
	Created     time.Time     // UTC
	// ETag is opaque text that changes when other bytes take the place of these under the
	// same ID. It proves nothing about the bytes. It is empty at kinds that never reuse an
	// ID.
	ETag string
	// Misplaced is set by Look and its relatives if the archive is in the default storage
	// class although the vault stores its archives in another one. Otherwise it is nil.
	Misplaced *ClassError
	// CRC64 is the CRC-64 of all bytes. ModTime is the last change of the file that the
	// bytes came from, in UTC. No list contains them; see CloseLooker. Zero if unknown.
	CRC64   crc64.Sum
	ModTime time.Time
}

// JobKind is what a job retrieves.
type JobKind string

// The kinds of job.
const (
	RetrieveArchive   JobKind = "archive-retrieval"
	RetrieveInventory JobKind = "inventory-retrieval"
)

// JobRequest is the argument of StartJob.
type JobRequest struct {
	Kind        JobKind
	Archive     ArchiveID // for RetrieveArchive only
	Range       Range     // for RetrieveArchive only; the zero Range is the whole archive
	Tier        Tier      // for RetrieveArchive only; empty means Standard
	List        Listing   // for RetrieveInventory only
	Description string    // kept with the job; firn writes its token into it
	// Topic is the ARN of an SNS topic to which the service sends a message when the job
	// has ended. If it is empty, the service uses the vault's own topic, if there is one. A
	// kind that sends no messages only keeps it with the job.
	Topic string
}

// Listing selects the archives of an inventory and the format of its document. The zero
// Listing selects every archive, as JSON.
type Listing struct {
	Since  time.Time // archives created at this time or later; zero: no bound
	Until  time.Time // archives created before this time; zero: no bound
	Limit  int64     // at most this many archives; 0: no bound
	Marker string    // the Job.Marker of an earlier job with a Limit: begin behind its last archive; empty: begin at the first
	CSV    bool      // write the document as CSV, which is ambiguous: no reader can be sure of it
}

// IsWhole reports whether an inventory with this Listing contains every archive of the
// vault. If so, an archive that is not listed did not exist when the inventory was made.
func (l Listing) IsWhole() bool {
	return l.Since.IsZero() && l.Until.IsZero() && l.Limit == 0 && l.Marker == ""
}

// JobStatus is the state of a job.
type JobStatus string

// The states of a job.
const (
	InProgress JobStatus = "InProgress"
	Succeeded  JobStatus = "Succeeded"
	Failed     JobStatus = "Failed"
)

// Job is a job as the vault describes it.
type Job struct {
	ID      JobID
	Kind    JobKind
	Status  JobStatus
	Message string // the service's words about the status
	Archive ArchiveID
	Range   Range // of the archive; set even if it covers the whole archive
	Tier    Tier

	ArchiveSize     int64         // bytes of the whole archive; 0 if unknown
	ArchiveTreeHash treehash.Hash // of the whole archive; zero if unknown
	ArchiveCRC64    crc64.Sum     // of the whole archive; zero if unknown

	List        Listing // of an inventory job: the requested Listing
	Marker      string  // of a finished inventory job with a Limit: where the next job begins; empty if no archives are left
	Description string
	Topic       string        // as requested
	Size        int64         // bytes of the output; 0 if unknown
	TreeHash    treehash.Hash // of the output; zero if unknown, as for a range that is no node of the tree
	Created     time.Time     // UTC
	Completed   time.Time     // UTC; zero while in progress
	Expires     time.Time     // UTC; when the output expires; zero if unknown or never

	// Bad says why the rest of the vault's description of this job cannot be read; empty if
	// all of it can. Then at most ID and Description are set. The job may be of an unknown
	// kind, or described in an unknown format.
	Bad string
}

// Output is an open reader for the output of a finished job, or for a range of it.
type Output struct {
	io.ReadCloser
	Size int64 // number of bytes that the reader will return
	// TreeHash is the tree hash of these bytes as the vault reports it. It is zero if the
	// vault reports none, as for an inventory or for a range that is no node of the
	// archive's tree.
	TreeHash treehash.Hash
}

// Entry is one element of an inventory.
type Entry struct {
	Archive // of a bad entry: the fields that could be read

	// Bad says why the vault's text for this entry makes no sense; empty if it does.
	Bad string
	// Raw is the vault's text of a bad entry, at most its first KiB; else empty.
	Raw string
	// AsOf is the time at which the vault made the inventory. It is zero if the vault does
	// not report it, or reports it only at the beginning of a list that this call did not
	// read.
	AsOf time.Time
	// Next continues the inventory behind this entry: it is the argument after of
	// Inventory. It is opaque and valid for the same job only.
	Next string
}

// Range is a run of bytes. The zero Range means all bytes.
type Range struct {
	Offset int64 // first byte
	Size   int64 // bytes
}

// IsZero reports whether r means all bytes.
func (r Range) IsZero() bool { return r == Range{} }

// End returns the offset of the first byte behind r.
func (r Range) End() int64 { return r.Offset + r.Size }

// Contains reports whether r has all bytes of inner.
func (r Range) Contains(inner Range) bool {
	return r.Offset <= inner.Offset && inner.End() <= r.End()
}

// Overlap returns the bytes that r and other have in common; its Size is 0 if there are
// none.
func (r Range) Overlap(other Range) Range {
	from, to := max(r.Offset, other.Offset), min(r.End(), other.End())
	return Range{Offset: from, Size: max(0, to-from)}
}

// Info describes one vault of an account or of a directory of vaults.
type Info struct {
	Name    string
	ARN     string // the service's own name for it; empty for a directory
	Created time.Time
	// Inventoried is the time at which the vault last counted its archives. Archives and
	// Bytes are as of that time. All three are zero before the first inventory.
	Inventoried time.Time
	Archives    int64
	Bytes       int64
}
