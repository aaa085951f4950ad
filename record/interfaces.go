package record

import (
	"context"
	"iter"
	"time"

	"firn/treehash"
	"firn/vault"
)

// Journal is the record of vaults: what all verbs together need of it. Package catalog has
// the one that lasts: a saved value is on disk when the method returns.
//
// Methods that find one value return an error that wraps vault.ErrNotFound if there is
// none. A sequence ends after the first error.
type Journal interface {
	UploadJournal
	DownloadJournal
	PurgeJournal
	MergeJournal
}

// UploadJournal is what an upload needs of a record.
type UploadJournal interface {
	// LockUpload makes the caller the only one, among all processes that share
	// the journal, to upload path into a vault under a description. It fails
	// with vault.ErrLocked if another one does. The lock ends with the process.
	LockUpload(ctx context.Context, vaultURL, path, description string) (unlock func() error, err error)

	// FindUpload returns the newest attempt at an upload, whatever its state, or
	// vault.ErrNotFound.
	FindUpload(ctx context.Context, vaultURL, path, description string) (Upload, error)
	// UploadByID returns the newest upload to which the vault gave this id, or
	// vault.ErrNotFound.
	UploadByID(ctx context.Context, vaultURL string, id vault.UploadID) (Upload, error)
	// Uploads returns the unfinished uploads, including those in state Unknown, in the
	// order in which they began.
	Uploads(ctx context.Context, vaultURL string) iter.Seq2[Upload, error]
	// PendingUploads returns, oldest first, the attempts at an upload that the vault was
	// asked to complete and that may or may not have become archives.
	PendingUploads(ctx context.Context, vaultURL, path, description string) iter.Seq2[Upload, error]
	// UploadOf returns the newest upload that became the archive, or vault.ErrNotFound.
	UploadOf(ctx context.Context, vaultURL string, id vault.ArchiveID) (Upload, error)
	// SaveUpload inserts u and sets its Key, or updates it if it has one. It fails with
	// vault.ErrLocked if the update would lose an archive id, or the knowledge that an
	// upload may be an archive.
	SaveUpload(ctx context.Context, u *Upload) error
	// SavePart records an acknowledged part. It replaces a part at the same offset.
	SavePart(ctx context.Context, uploadKey int64, p vault.Part) error
	// Parts returns the recorded parts by offset.
	Parts(ctx context.Context, uploadKey int64) iter.Seq2[vault.Part, error]
	// DropParts forgets the parts of an upload that is given up.
	DropParts(ctx context.Context, uploadKey int64) error
	// FinishUpload saves u as completed, saves the archive a, and drops the parts unless a
	// is Unproved, all in one transaction.
	FinishUpload(ctx context.Context, u *Upload, a Archive) error

	// FindArchives returns the stored archives that came from a path with this description
	// and size, newest first.
	FindArchives(ctx context.Context, vaultURL, path, description string, size int64) iter.Seq2[Archive, error]
	// FindNamed returns the stored archives with one of these names, this size and a tree
	// hash on record, newest first. The name of an archive here is the part behind the last
	// slash of its Name, or a plain description.
	FindNamed(ctx context.Context, vaultURL string, names []string, size int64) iter.Seq2[Archive, error]
	// ArchiveByID returns the archive with this id, or vault.ErrNotFound.
	ArchiveByID(ctx context.Context, vaultURL string, id vault.ArchiveID) (Archive, error)
	// NoteTreeHash records the tree hash that the vault reports for an archive, if none is
	// on record.
	NoteTreeHash(ctx context.Context, vaultURL string, id vault.ArchiveID, hash treehash.Hash) error
	// NoteETag records the vault's ETag for the bytes of an archive, and its date of them.
	NoteETag(ctx context.Context, vaultURL string, id vault.ArchiveID, etag string, dated time.Time) error
	// FindUnproved returns the newest upload of a source whose archive is Unproved, and
	// that archive, or vault.ErrNotFound.
	FindUnproved(ctx context.Context, vaultURL, path, description string) (Upload, Archive, error)
	// MarkLooked records that a look at the vault has shown an archive to be Missing or
	// Differing.
	MarkLooked(ctx context.Context, vaultURL string, id vault.ArchiveID, state ArchiveState) error
	// Rate returns the transfer rate of recent uploads to a vault in bytes per second, or 0
	// if there were none.
	Rate(ctx context.Context, vaultURL string) (float64, error)
}
