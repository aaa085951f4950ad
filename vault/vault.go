// Package vault is the contract between firn and a place that holds archives,
// and the nouns of that contract.
//
// The slow kind is the normal case: in an Amazon Glacier vault everything but
// uploading and deleting is a job. One asks, keeps an id, and hours later there
// is an output that lives for about a day. A directory is the degenerate case,
// a job that is ready when it is made. So the contract speaks of jobs and every
// kind tells the truth.
//
// All waiting, concurrency, retry, hashing, packing and record keeping live
// above this contract, once. A kind is a thin translator: it starts no
// goroutines that outlive a call, it does not sleep, it does not retry, it
// writes no log. Kinds live in the packages glaciervault, s3vault and dirvault; package
// vaulttest holds the suite that each of them passes.
//
// What every method promises unless it says otherwise:
//
//   - It may be called from many goroutines at once.
//   - Ids stay valid across processes and machines; callers treat them as opaque.
//   - A cancelled context ends the call soon with an error that wraps
//     [context.Cause] of it, and nothing is published after the call returned.
//   - An error wraps one of the sentinels of this package together with the
//     service's own error, so that errors.Is finds the class and errors.As the
//     detail. An error without a sentinel is a bug or a local I/O error, and
//     the caller stops.
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

	// DeleteArchive removes an archive. Deleting an archive that is not there
	// is no error, so a repeated delete succeeds. ErrNotFound means that the
	// vault itself is not there.
	DeleteArchive(ctx context.Context, id ArchiveID) error

	// HasArchives reports whether the vault holds an archive, as far as one request
	// tells that costs next to nothing: Glacier knows it as of its last inventory.
	// ErrNotFound: the vault is not there. ErrDenied: who may store need not be
	// allowed to know this.
	HasArchives(ctx context.Context) (bool, error)
}

// Uploader is the half of a [Vault] that takes archives in.
//
// An upload has three ends: it is left (and may be resumed by its id, from any
// process, until the kind expires it), completed, or aborted.
type Uploader interface {
	// URL returns the canonical URL of the vault: the one name under which it is on
	// record, however it was spelled by whoever opened it. Package vaulturl opens the
	// same vault by it. It is pure data, as Limits is.
	URL() string

	// Limits tells what the kind accepts. It is pure data: no I/O, and the same
	// answer at every call.
	Limits() Limits

	// CreateUpload starts an upload. The caller has checked PartSize against
	// Limits; a kind refuses what it cannot keep, such as a description with
	// characters outside its set, with ErrInvalid before anything is created.
	// A ClassError says that the vault would store it in another class than was asked for.
	// Every call creates another upload, so a caller that lost the answer looks
	// through Uploads before it calls again.
	CreateUpload(ctx context.Context, req UploadRequest) (UploadID, error)

	// UploadPart stores the bytes of one part. It is idempotent per offset: the
	// last part accepted at an offset is the one that counts.
	//
	// The caller guarantees that part.Offset is a multiple of the upload's part
	// size, that part.Size is that part size (less only for the last part), that
	// part.TreeHash is the tree hash and part.SHA256 the linear SHA-256 of the
	// body, that part.CRC64 is its CRC-64 or zero, and that body yields exactly part.Size bytes from its present
	// position, which is where a kind that must send it twice seeks back to. A
	// body that cannot seek returns an error from Seek; a kind that needed the
	// seek then fails the call. The body is not used after the call returned.
	//
	// The kind returns the part with its Receipt set, and only after the bytes
	// are as durable as the kind makes them and the hash of what it received was
	// compared with part.TreeHash (and with part.SHA256, if that is not zero).
	// ErrChecksum means that they differ: nothing is visible, and a part that
	// was there before at this offset is still there. ErrNotFound means that the
	// vault or the upload is not there (any more).
	UploadPart(ctx context.Context, id UploadID, part Part, body io.ReadSeeker) (Part, error)

	// Parts lists what the vault holds of an upload, sorted by offset, each with
	// Offset, Size, Receipt, and TreeHash and CRC64 as far as the kind knows them.
	// The sequence ends after the first error. ErrNotFound as for UploadPart.
	Parts(ctx context.Context, id UploadID) iter.Seq2[Part, error]

	// CompleteUpload publishes the archive. The caller passes every part in
	// order, without gap or overlap, their total size and the tree hash of the
	// whole. The kind compares them with what it holds: ErrInvalid for a gap or
	// a wrong size, ErrChecksum for a wrong hash; the upload then stays open.
	//
	// It is safe to repeat: for as long as the kind remembers the upload (a
	// directory forever, Glacier "a short period"), the same id is returned.
	// After that the answer is ErrNotFound, which therefore does not tell
	// whether an earlier call, whose answer was lost, had succeeded.
	//
	// An UnprovedError means that the archive is there and that what the vault
	// tells of it is not what was sent; a TakenError, at kinds whose archives have
	// names, that another archive has this one's, and the upload, if it was still
	// there, stays open; a ClassError, that the archive is stored and proved, in another
	// class than was asked for. Each error is of one class only.
	CompleteUpload(ctx context.Context, id UploadID, c Completion) (ArchiveID, error)

	// AbortUpload removes an unfinished upload and its parts. An id that is not
	// known is no error. Completed archives are never touched.
	AbortUpload(ctx context.Context, id UploadID) error

	// Uploads lists the unfinished uploads, in no promised order. The sequence
	// ends after the first error. ErrNotFound means that the vault is not there.
	Uploads(ctx context.Context) iter.Seq2[Upload, error]
}

// Retriever is the half of a [Vault] that gives archives back.
type Retriever interface {
	// URL and Limits as of [Uploader].
	URL() string
	Limits() Limits

	// StartJob asks for an archive (or a range of it) or for an inventory. It
	// costs money at some kinds and is not idempotent: a caller that lost the
	// answer looks for its own token in the descriptions that Jobs lists before
	// it asks again. The job returned may be done at once. ErrLimited means that
	// the account's own policy, or the capacity for the tier, does not allow the
	// job now; another tier or a later time may.
	StartJob(ctx context.Context, req JobRequest) (JobID, error)

	// Job tells how a job stands. ErrNotFound: no such job, or forgotten.
	Job(ctx context.Context, id JobID) (Job, error)

	// Jobs lists the jobs that the vault remembers, whoever asked for them: those
	// in progress, and those that ended as long as the vault tells of them. In no
	// promised order. A job that makes no sense comes with Bad, and hides no other.
	// The sequence ends after the first error. ErrNotFound means that the vault is not
	// there.
	Jobs(ctx context.Context) iter.Seq2[Job, error]

	// OpenOutput reads bytes of a finished job. The range counts within the job's
	// own output; the zero Range means all of it. The caller closes the output
	// and compares length and hash with what it knows: the end of the stream
	// proves nothing. ErrNotReady before the job is done, ErrExpired once its
	// output is gone, ErrNotFound if the vault does not know the job or does not
	// have the archive any more.
	//
	// The output of an inventory job is the service's document (package
	// inventory). A kind whose inventory is no document refuses to open it with
	// ErrInvalid; Inventory serves everywhere.
	OpenOutput(ctx context.Context, id JobID, r Range) (Output, error)

	// Inventory streams the archives that a finished inventory job lists, in an
	// order that does not change, and in bounded memory. With after, which is the
	// Next of an entry that an earlier call gave, it goes on behind that entry.
	// An entry that makes no sense comes as one that says so, and the list goes
	// on. A sequence that ends without an error was complete; it ends after the
	// first error. Errors as for OpenOutput.
	Inventory(ctx context.Context, id JobID, after string) iter.Seq2[Entry, error]
}

// Looker is a kind that tells at once what it has under an id. An Amazon Glacier vault
// is none: it has nothing but its inventories.
type Looker interface {
	// Look tells of an archive what an inventory made now would. ErrNotFound: there is
	// none.
	Look(ctx context.Context, id ArchiveID) (Archive, error)
}

// CloseLooker is a Looker whose lists tell less than it keeps with each archive.
type CloseLooker interface {
	// LookClosely is Look, and tells the tree hash, the CRC-64 and when the file was last
	// changed, as far as they are kept with the archive.
	LookClosely(ctx context.Context, id ArchiveID) (Archive, error)
}

// Namer is a kind whose archives have names, of which each stands for one archive at a
// time; see Limits.Names.
type Namer interface {
	// CheckName says, without asking anybody, whether an archive may have a name. If not,
	// it is a NameError.
	CheckName(name string) error
	// LookNamed is Look for the archive that has a name now. It tells as much as LookClosely
	// of a CloseLooker.
	LookNamed(ctx context.Context, name string) (Archive, error)
	// UploadsNamed is Uploads for those whose archive will have a name. It takes no more
	// requests where there are many others.
	UploadsNamed(ctx context.Context, name string) iter.Seq2[Upload, error]
}

// Sparse is a kind whose list of unfinished uploads does not tell all of each: the rest
// takes a request for each, and may not be known.
type Sparse interface {
	// IsUpload reports whether two ids are of one upload: a list may tell it by another
	// one than CreateUpload returned.
	IsUpload(a, b UploadID) bool
	// FindUpload is FindUpload of this package. It takes no more requests where there
	// are many others.
	FindUpload(ctx context.Context, id UploadID) (Upload, error)
	// CountUploads counts what Uploads lists, by the list alone.
	CountUploads(ctx context.Context) (int, error)
}

// IsUpload reports whether two ids are of one upload of a vault.
func IsUpload(v Uploader, a, b UploadID) bool {
	s, ok := v.(Sparse)
	return a == b || ok && s.IsUpload(a, b)
}

// FindUpload returns the unfinished upload of a vault to which an id belongs, as a list
// tells it; ErrNotFound if it lists none. Other errors are those of Uploads.
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

// CountUploads counts the unfinished uploads of a vault. Errors are those of Uploads.
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
