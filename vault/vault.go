// Package vault is the contract between firn and a vault: a place that holds archives. It
// also defines the nouns of that contract, its limits and its classes of error.
//
// The contract is shaped by the slow kind. In an Amazon Glacier vault every request except
// uploading and deleting is a job: the caller starts it, keeps its id, and hours later
// reads an output that lives for about a day. A directory obeys the same contract with jobs
// that are ready at once.
//
// All waiting, concurrency, retry, hashing, packing and record keeping live above this
// contract, once. A kind only translates: it starts no goroutine that outlives a call, it
// does not sleep, it does not retry, it writes no log. The kinds are the packages
// glaciervault, s3vault and dirvault. Each of them passes the test suite of package
// vaulttest.
//
// Sizes and offsets are in bytes, times are in UTC. A zero hash or time means "unknown".
//
// Every method keeps these promises unless it says otherwise:
//
//   - Many goroutines may call it at once.
//   - Ids stay valid across processes and machines. Callers treat them as opaque.
//   - A cancelled context ends the call soon, with an error that wraps its [context.Cause].
//     Nothing is published after the call returned.
//   - An error wraps one of the sentinels of this package together with the service's own
//     error, so that errors.Is finds the class and errors.As the detail. An error without a
//     sentinel is a bug or a local I/O error; the caller stops.
package vault

import (
	"context"
	"fmt"
	"io"
	"iter"
)

// Vault is a place that holds archives.
type Vault interface {
	Uploader
	Retriever

	// DeleteArchive removes an archive. It succeeds if the archive does not exist, so a
	// repeated delete succeeds. ErrNotFound means that the vault does not exist.
	DeleteArchive(ctx context.Context, id ArchiveID) error

	// HasArchives reports whether the vault holds an archive. It costs at most one cheap
	// request, so Glacier answers as of its last inventory. ErrNotFound: the vault does not
	// exist. ErrDenied: credentials that may store archives may still lack the permission
	// for this request.
	HasArchives(ctx context.Context) (bool, error)
}

// Uploader is the half of a [Vault] that stores archives.
//
// An upload can end in three ways. The caller completes it, aborts it, or leaves it; an
// upload that was left can be resumed by its id, from any process, until the kind expires
// it.
type Uploader interface {
	// URL returns the canonical URL of the vault. The catalog records the vault under this
	// URL, whichever spelling of it the user opened. Package vaulturl opens the same vault
	// from it. URL does no I/O.
	URL() string

	// Limits returns what the kind accepts. It does no I/O and returns the same value at
	// every call.
	Limits() Limits

	// CreateUpload starts an upload. The caller has checked PartSize against Limits. The
	// kind refuses a request that it cannot store, such as a description with other
	// characters than its own, with ErrInvalid before it creates anything. A ClassError
	// says that the vault would store the archive in another class than was asked for.
	// Every call creates another upload, so a caller that lost the answer looks through
	// Uploads before it calls again.
	CreateUpload(ctx context.Context, req UploadRequest) (UploadID, error)

	// UploadPart stores the bytes of one part. It is idempotent per offset: the
	// last part accepted at an offset is the one that counts.
	//
	// The caller guarantees that part.Offset is a multiple of the upload's part size, that
	// part.Size is that part size (or less, for the last part), that part.TreeHash is the
	// tree hash and part.SHA256 the linear SHA-256 of the body, that part.CRC64 is its
	// CRC-64 or zero, and that body yields exactly part.Size bytes from its present
	// position. A kind that must send the body twice seeks back to that position. A body
	// that cannot seek returns an error from Seek; a kind that needs the seek then fails
	// the call. The kind does not use the body after the call returned.
	//
	// The kind returns the part with its Receipt set. Before that it has made the bytes as
	// durable as it can, and has compared the hash of the bytes that it received with
	// part.TreeHash (and with part.SHA256, if that is not zero). ErrChecksum means that
	// they differ: nothing becomes visible, and an earlier part at this offset remains.
	// ErrNotFound means that the vault or the upload does not exist (any more).
	UploadPart(ctx context.Context, id UploadID, part Part, body io.ReadSeeker) (Part, error)

	// Parts lists the parts of an upload that the vault holds, sorted by offset, each with
	// Offset, Size, Receipt, and with TreeHash and CRC64 as far as the kind knows them. The
	// sequence ends after the first error. ErrNotFound is as for UploadPart.
	Parts(ctx context.Context, id UploadID) iter.Seq2[Part, error]

	// CompleteUpload publishes the archive. The caller passes every part in order, without
	// gap or overlap, their total size and the tree hash of the whole. The kind compares
	// them with the parts that it holds. It returns ErrInvalid for a gap or a wrong size
	// and ErrChecksum for a wrong hash; then the upload stays open.
	//
	// A call may be repeated. As long as the kind remembers the upload (a directory
	// forever, Glacier "a short period"), it returns the same archive id. After that it
	// returns ErrNotFound, which therefore does not show whether an earlier call, whose
	// answer was lost, had succeeded.
	//
	// Three errors describe an unwanted result; an error is only ever one of them. An
	// UnprovedError means that the archive exists and that the vault reports a checksum
	// that the bytes sent do not have. A TakenError, at kinds whose archives have names,
	// means that another archive has this one's name; the upload stays open if it still
	// existed. A ClassError means that the archive is stored and verified, in another class
	// than was asked for.
	CompleteUpload(ctx context.Context, id UploadID, c Completion) (ArchiveID, error)

	// AbortUpload removes an unfinished upload and its parts. It succeeds if the id is
	// unknown. It never touches a completed archive.
	AbortUpload(ctx context.Context, id UploadID) error

	// Uploads lists the unfinished uploads in no particular order. The sequence ends after
	// the first error. ErrNotFound means that the vault does not exist.
	Uploads(ctx context.Context) iter.Seq2[Upload, error]
}

// Retriever is the half of a [Vault] that returns archives and inventories.
type Retriever interface {
	// URL and Limits are the same as for [Uploader].
	URL() string
	Limits() Limits

	// StartJob requests an archive (or a range of it) or an inventory. Some kinds charge
	// for it, and it is not idempotent: a caller that lost the answer looks for its own
	// token in the descriptions that Jobs lists before it calls again. The job may be
	// finished when the call returns. ErrLimited means that the account's own policy, or
	// the capacity of the tier, does not allow the job now; another tier or a later time
	// may.
	StartJob(ctx context.Context, req JobRequest) (JobID, error)

	// Job returns the present state of a job. ErrNotFound: the vault has no such job, or
	// has forgotten it.
	Job(ctx context.Context, id JobID) (Job, error)

	// Jobs lists all jobs that the vault remembers, in no particular order: the jobs in
	// progress, and the ended ones for as long as the vault keeps them. Other programs may
	// have started some of them. A job that cannot be read comes with Bad set and does not
	// end the sequence. The sequence ends after the first error. ErrNotFound means that the
	// vault does not exist.
	Jobs(ctx context.Context) iter.Seq2[Job, error]

	// OpenOutput opens the output of a finished job for reading. The range counts within
	// the job's own output; the zero Range means all of it. The caller closes the output
	// and compares its length and hash with what it expects, since the end of the stream
	// proves nothing. It returns ErrNotReady before the job has finished, ErrExpired once
	// the output has expired, and ErrNotFound if the vault does not know the job or no
	// longer has the archive.
	//
	// The output of an inventory job is the service's document (see package inventory). A
	// kind whose inventory is no document returns ErrInvalid; Inventory works at every
	// kind.
	OpenOutput(ctx context.Context, id JobID, r Range) (Output, error)

	// Inventory streams the archives that a finished inventory job lists, in a stable order
	// and in bounded memory. If after is the Next of an entry that an earlier call
	// returned, the sequence continues behind that entry. An entry that makes no sense
	// comes with Bad set and does not end the sequence. A sequence that ends without an
	// error is complete; it ends after the first error. Errors are as for OpenOutput.
	Inventory(ctx context.Context, id JobID, after string) iter.Seq2[Entry, error]
}

// Looker is a kind that can look at a single archive at once. An Amazon Glacier vault is no
// Looker: it describes archives only in its inventories.
type Looker interface {
	// Look returns the archive as an inventory made now would list it. ErrNotFound: there
	// is none.
	Look(ctx context.Context, id ArchiveID) (Archive, error)
}

// CloseLooker is a Looker that keeps more about each archive than its lists contain.
type CloseLooker interface {
	// LookClosely is Look, and also returns the tree hash, the CRC-64 and the last change
	// of the file, as far as they are kept with the archive.
	LookClosely(ctx context.Context, id ArchiveID) (Archive, error)
}

// Namer is a kind whose archives have names. A name belongs to at most one archive at a
// time; see Limits.Names.
type Namer interface {
	// CheckName returns a NameError if no archive can have this name. It does no I/O.
	CheckName(name string) error
	// LookNamed is Look for the archive that has a name now. It returns as much as
	// LookClosely of a CloseLooker.
	LookNamed(ctx context.Context, name string) (Archive, error)
	// UploadsNamed lists the unfinished uploads whose archive will have a name. The number
	// of other uploads does not add requests.
	UploadsNamed(ctx context.Context, name string) iter.Seq2[Upload, error]
}

// Sparse is a kind whose list of unfinished uploads lacks some properties of each. The kind
// needs a request for each upload to find the rest, and may not find it.
type Sparse interface {
	// IsUpload reports whether two ids belong to the same upload. A list may use another id
	// for it than CreateUpload returned.
	IsUpload(a, b UploadID) bool
	// FindUpload is the function FindUpload of this package. The number of other uploads
	// does not add requests.
	FindUpload(ctx context.Context, id UploadID) (Upload, error)
	// CountUploads returns the number of uploads that Uploads lists, from the list alone.
	CountUploads(ctx context.Context) (int, error)
}

// IsUpload reports whether two ids belong to the same upload of a vault.
func IsUpload(v Uploader, a, b UploadID) bool {
	s, ok := v.(Sparse)
	return a == b || ok && s.IsUpload(a, b)
}

// FindUpload returns the unfinished upload with this id as Uploads lists it, or ErrNotFound
// if it is not listed. Other errors come from Uploads.
func FindUpload(ctx context.Context, v Uploader, id UploadID) (Upload, error) {
	if s, ok := v.(Sparse); ok {
		return s.FindUpload(ctx, id)
	}
	for u, err := range v.Uploads(ctx) {
		if err != nil || u.ID == id {
			return u, err
		}
	}
	return Upload{}, fmt.Errorf("unfinished upload %.300q: %w", string(id), ErrNotFound)
}

// CountUploads returns the number of unfinished uploads of a vault. Errors come from
// Uploads.
func CountUploads(ctx context.Context, v Uploader) (n int, err error) {
	if s, ok := v.(Sparse); ok {
		return s.CountUploads(ctx)
	}
	for _, err := range v.Uploads(ctx) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
