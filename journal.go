package firn

import (
	"context"
	"fmt"
	"iter"
	"time"

	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// Journal is what an upload needs of a catalog. Package catalog has the one that
// lasts. Whatever a method saves is durable when it returns.
type Journal interface {
	// LockUpload makes the caller the only one, among all processes that share
	// the journal, to upload path into a vault under a description. It fails
	// with vault.ErrLocked if another one does. The lock ends with the process.
	LockUpload(ctx context.Context, vaultURL, path, description string) (unlock func() error, err error)

	// FindUpload returns the newest attempt at an upload, whatever its state, or
	// vault.ErrNotFound.
	FindUpload(ctx context.Context, vaultURL, path, description string) (record.Upload, error)
	// UploadByID returns the newest upload to which the vault gave an id, or
	// vault.ErrNotFound.
	UploadByID(ctx context.Context, vaultURL string, id vault.UploadID) (record.Upload, error)
	// Uploads returns the uploads that are not settled, those whose end is unknown among
	// them, in the order in which they began.
	Uploads(ctx context.Context, vaultURL string) iter.Seq2[record.Upload, error]
	// PendingUploads returns the attempts at an upload, oldest first, that the vault
	// was asked to complete and of which it is not known whether they are archives.
	PendingUploads(ctx context.Context, vaultURL, path, description string) iter.Seq2[record.Upload, error]
	// UploadOf returns the newest upload that became an archive, or vault.ErrNotFound.
	UploadOf(ctx context.Context, vaultURL string, id vault.ArchiveID) (record.Upload, error)
	// SaveUpload inserts u and sets its Key, or updates it if it has one. It refuses,
	// with vault.ErrLocked, to lose an archive id or that an upload may be an archive.
	SaveUpload(ctx context.Context, u *record.Upload) error
	// SavePart notes an acknowledged part; one at the same offset is replaced.
	SavePart(ctx context.Context, uploadKey int64, p vault.Part) error
	// Parts returns the noted parts by offset.
	Parts(ctx context.Context, uploadKey int64) iter.Seq2[vault.Part, error]
	// DropParts forgets the parts of an upload that is given up.
	DropParts(ctx context.Context, uploadKey int64) error
	// FinishUpload saves u as completed, saves the archive and drops the parts unless
	// it is Unproved, all or nothing.
	FinishUpload(ctx context.Context, u *record.Upload, a record.Archive) error

	// FindArchives returns the stored archives that came from a path with this
	// description and size, newest first.
	FindArchives(ctx context.Context, vaultURL, path, description string, size int64) iter.Seq2[record.Archive, error]
	// FindNamed returns the stored archives that are called by one of these names and
	// have this size and a tree hash on record, newest first: a name is what follows
	// the last slash of an archive's name, or a plain description.
	FindNamed(ctx context.Context, vaultURL string, names []string, size int64) iter.Seq2[record.Archive, error]
	// ArchiveByID returns the archive of an id, or vault.ErrNotFound.
	ArchiveByID(ctx context.Context, vaultURL string, id vault.ArchiveID) (record.Archive, error)
	// NoteTreeHash notes the tree hash that the vault tells of an archive of which none
	// is on record.
	NoteTreeHash(ctx context.Context, vaultURL string, id vault.ArchiveID, hash treehash.Hash) error
	// NoteETag notes what the vault calls the bytes of an archive, and its date of them.
	NoteETag(ctx context.Context, vaultURL string, id vault.ArchiveID, etag string, dated time.Time) error
	// FindUnproved returns the newest upload of a source whose archive is there and not
	// proved, and that archive, or vault.ErrNotFound.
	FindUnproved(ctx context.Context, vaultURL, path, description string) (record.Upload, record.Archive, error)
	// MarkLooked notes that a look at the vault has shown an archive to be Missing or
	// Differing.
	MarkLooked(ctx context.Context, vaultURL string, id vault.ArchiveID, state record.ArchiveState) error
	// Rate returns the bytes per second that recent uploads to a vault reached,
	// or 0 if there were none.
	Rate(ctx context.Context, vaultURL string) (float64, error)
}

// forgetful is the Journal of a caller without one: it remembers nothing.
type forgetful struct{}

func (forgetful) LockUpload(context.Context, string, string, string) (func() error, error) {
	return func() error { return nil }, nil
}

func (forgetful) FindUpload(context.Context, string, string, string) (record.Upload, error) {
	return record.Upload{}, fmt.Errorf("there is no record of uploads: %w", vault.ErrNotFound)
}

func (f forgetful) UploadByID(ctx context.Context, _ string, _ vault.UploadID) (record.Upload, error) {
	return f.FindUpload(ctx, "", "", "")
}

func (f forgetful) UploadOf(ctx context.Context, _ string, _ vault.ArchiveID) (record.Upload, error) {
	return f.FindUpload(ctx, "", "", "")
}

func (forgetful) Uploads(context.Context, string) iter.Seq2[record.Upload, error] {
	return func(func(record.Upload, error) bool) {}
}

func (forgetful) PendingUploads(context.Context, string, string, string) iter.Seq2[record.Upload, error] {
	return none[record.Upload]
}

func (forgetful) SaveUpload(context.Context, *record.Upload) error          { return nil }
func (forgetful) SavePart(context.Context, int64, vault.Part) error         { return nil }
func (forgetful) DropParts(context.Context, int64) error                    { return nil }
func (forgetful) Rate(context.Context, string) (float64, error)             { return 0, nil }
func (forgetful) Parts(context.Context, int64) iter.Seq2[vault.Part, error] { return none[vault.Part] }

func (forgetful) FinishUpload(context.Context, *record.Upload, record.Archive) error { return nil }

func (forgetful) FindArchives(context.Context, string, string, string, int64) iter.Seq2[record.Archive, error] {
	return none[record.Archive]
}

func (forgetful) FindNamed(context.Context, string, []string, int64) iter.Seq2[record.Archive, error] {
	return none[record.Archive]
}

func (f forgetful) ArchiveByID(ctx context.Context, _ string, _ vault.ArchiveID) (record.Archive, error) {
	_, err := f.FindUpload(ctx, "", "", "")
	return record.Archive{}, err
}

func (forgetful) NoteTreeHash(context.Context, string, vault.ArchiveID, treehash.Hash) error {
	return nil
}

func (forgetful) NoteETag(context.Context, string, vault.ArchiveID, string, time.Time) error {
	return nil
}

func (f forgetful) FindUnproved(ctx context.Context, _, _, _ string) (record.Upload, record.Archive, error) {
	u, err := f.FindUpload(ctx, "", "", "")
	return u, record.Archive{}, err
}

func (forgetful) MarkLooked(context.Context, string, vault.ArchiveID, record.ArchiveState) error {
	return nil
}

// none is the empty sequence.
func none[T any](func(T, error) bool) {}
