package record

import (
	"context"
	"iter"
	"time"

	"firn/treehash"
	"firn/vault"
)

// Journal is the record of vaults: what all verbs together need of it. Package catalog has
// the one that lasts. Whatever a method saves is durable when it returns.
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
	// UploadByID returns the newest upload to which the vault gave an id, or
	// vault.ErrNotFound.
	UploadByID(ctx context.Context, vaultURL string, id vault.UploadID) (Upload, error)
	// Uploads returns the uploads that are not settled, those whose end is unknown among
	// them, in the order in which they began.
	Uploads(ctx context.Context, vaultURL string) iter.Seq2[Upload, error]
	// PendingUploads returns the attempts at an upload, oldest first, that the vault
	// was asked to complete and of which it is not known whether they are archives.
	PendingUploads(ctx context.Context, vaultURL, path, description string) iter.Seq2[Upload, error]
	// UploadOf returns the newest upload that became an archive, or vault.ErrNotFound.
	UploadOf(ctx context.Context, vaultURL string, id vault.ArchiveID) (Upload, error)
	// SaveUpload inserts u and sets its Key, or updates it if it has one. It refuses,
	// with vault.ErrLocked, to lose an archive id or that an upload may be an archive.
	SaveUpload(ctx context.Context, u *Upload) error
	// SavePart notes an acknowledged part; one at the same offset is replaced.
	SavePart(ctx context.Context, uploadKey int64, p vault.Part) error
	// Parts returns the noted parts by offset.
	Parts(ctx context.Context, uploadKey int64) iter.Seq2[vault.Part, error]
	// DropParts forgets the parts of an upload that is given up.
	DropParts(ctx context.Context, uploadKey int64) error
	// FinishUpload saves u as completed, saves the archive and drops the parts unless
	// it is Unproved, all or nothing.
	FinishUpload(ctx context.Context, u *Upload, a Archive) error

	// FindArchives returns the stored archives that came from a path with this
	// description and size, newest first.
	FindArchives(ctx context.Context, vaultURL, path, description string, size int64) iter.Seq2[Archive, error]
	// FindNamed returns the stored archives that are called by one of these names and
	// have this size and a tree hash on record, newest first: a name is what follows
	// the last slash of an archive's name, or a plain description.
	FindNamed(ctx context.Context, vaultURL string, names []string, size int64) iter.Seq2[Archive, error]
	// ArchiveByID returns the archive of an id, or vault.ErrNotFound.
	ArchiveByID(ctx context.Context, vaultURL string, id vault.ArchiveID) (Archive, error)
	// NoteTreeHash notes the tree hash that the vault tells of an archive, where
	// none is on record.
	NoteTreeHash(ctx context.Context, vaultURL string, id vault.ArchiveID, hash treehash.Hash) error
	// NoteETag notes what the vault calls the bytes of an archive, and its date of them.
	NoteETag(ctx context.Context, vaultURL string, id vault.ArchiveID, etag string, dated time.Time) error
	// FindUnproved returns the newest upload of a source whose archive is there and not
	// proved, and that archive, or vault.ErrNotFound.
	FindUnproved(ctx context.Context, vaultURL, path, description string) (Upload, Archive, error)
	// MarkLooked notes that a look at the vault has shown an archive to be Missing or
	// Differing.
	MarkLooked(ctx context.Context, vaultURL string, id vault.ArchiveID, state ArchiveState) error
	// Rate returns the bytes per second that recent uploads to a vault reached,
	// or 0 if there were none.
	Rate(ctx context.Context, vaultURL string) (float64, error)
}
