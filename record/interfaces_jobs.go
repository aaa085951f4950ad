package record

import (
	"context"
	"iter"
	"time"

	"firn/vault"
)

// JobJournal is the record of jobs that package jobs needs. A saved value is on disk when
// the method returns.
type JobJournal interface {
	// SaveJob inserts j and sets its Key, or updates it if it has one.
	SaveJob(ctx context.Context, j *Job) error
	// JobsFor returns the jobs on record for one archive of a vault, newest first,
	// including those that are Gone or Failed. With an empty archive it returns the jobs
	// for the vault's inventories.
	JobsFor(ctx context.Context, vaultURL string, archive vault.ArchiveID) iter.Seq2[Job, error]
	// LockVault makes the caller the only one, among all processes that share the journal,
	// to do an act on a vault. It fails with vault.ErrLocked if another one does. The lock
	// ends with the process.
	LockVault(ctx context.Context, vaultURL, act string) (unlock func() error, err error)
}

// DownloadJournal is the record that package download needs.
type DownloadJournal interface {
	JobJournal

	// UploadOf returns the newest upload that became the archive, or vault.ErrNotFound.
	UploadOf(ctx context.Context, vaultURL string, id vault.ArchiveID) (Upload, error)
	// LockDownload makes the caller the only one, among all processes that share the
	// journal, to download into the file target. It fails with vault.ErrLocked if another
	// one does. The lock ends with the process.
	LockDownload(ctx context.Context, target string) (unlock func() error, err error)
	// FindDownload returns the newest download of an archive into the file target,
	// whatever its state, or vault.ErrNotFound.
	FindDownload(ctx context.Context, vaultURL string, archive vault.ArchiveID, target string) (Download, error)
	// SaveDownload inserts d and sets its Key, or updates it if it has one.
	SaveDownload(ctx context.Context, d *Download) error
	// SaveSegment records verified bytes. It replaces a segment at the same offset.
	SaveSegment(ctx context.Context, downloadKey int64, s Segment) error
	// Segments returns the recorded segments by offset.
	Segments(ctx context.Context, downloadKey int64) iter.Seq2[Segment, error]
	// DropSegments forgets the segments of a download.
	DropSegments(ctx context.Context, downloadKey int64) error
	// DownloadRate returns the bytes per second that recent downloads from a vault
	// reached, or 0 if there were none.
	DownloadRate(ctx context.Context, vaultURL string) (float64, error)
}

// InventoryJournal is the record that package reconcile needs.
type InventoryJournal interface {
	JobJournal

	// FindInventory returns the newest inventory of a vault that was read from a source,
	// whatever its state, or vault.ErrNotFound.
	FindInventory(ctx context.Context, vaultURL, source string) (Inventory, error)
	// SaveInventory inserts i and sets its Key, or updates it if it has one.
	SaveInventory(ctx context.Context, i *Inventory) error
	// SaveEntries saves what an inventory lists, together with the new Position of i, in
	// one transaction. Known archives become Confirmed or Differing, unknown ones are added
	// as Confirmed, and rejects are saved with their reasons. It adds to the counts of i. A
	// name, tool or time on record is kept. Archives that are Deleting or Deleted stay so,
	// since an inventory goes on listing them for a day.
	SaveEntries(ctx context.Context, i *Inventory, entries []Archive, rejects []Reject, position string) error
	// FinishInventory draws the conclusions from a completely read inventory, in one
	// transaction, and sets State, Missing and Settled of i. It makes an upload in state
	// Unknown Completed if this inventory lists an archive with its size and tree hash that
	// was created since the upload began and that belongs to no other upload; the archive
	// gets the upload's name. If the inventory lists the whole vault and has no bad entry,
	// archives become Missing that neither this inventory nor the previous one of the same
	// sort lists, if both were made more than 48 hours after the archive was created.
	FinishInventory(ctx context.Context, i *Inventory) error
}

// PurgeJournal is the record that package purge needs.
type PurgeJournal interface {
	InventoryJournal

	// Present returns the archives of a vault that are not Deleted and whose id is greater
	// than after, in the order of their ids. With an empty after it begins at the first. It
	// leaves out archives that came on record later than newest (see NewestArchive); 0
	// leaves out none.
	Present(ctx context.Context, vaultURL string, newest int64, after vault.ArchiveID) iter.Seq2[Archive, error]
	// NewestArchive returns a number, never 0, that separates the archives on record now
	// from those that come on record later; see Present.
	NewestArchive(ctx context.Context) (int64, error)
	// MarkDeleting records that firn is about to ask the vault to delete archives, each
	// given as Present returned it. It does not mark an archive that is Deleted or has
	// changed meanwhile, but returns it; the caller must not delete those.
	MarkDeleting(ctx context.Context, vaultURL string, chosen []Archive) (left []Archive, err error)
	// MarkRefused records that the vault refused to delete archives: those that are
	// Deleting return to the state that they had before.
	MarkRefused(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error
	// MarkDeleted records that the vault accepted to delete archives, and the time.
	MarkDeleted(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error
	// LastDeleted returns the time of the last MarkDeleted for a vault; the zero time if
	// there was none.
	LastDeleted(ctx context.Context, vaultURL string) (time.Time, error)
}

// MergeJournal is what an import of another tool's record needs.
type MergeJournal interface {
	// MergeArchives merges archives from another record into this one, in one transaction.
	// It adds unknown archives, fills in the missing fields of known ones, and marks every
	// archive as deleted that either record has as deleted.
	MergeArchives(ctx context.Context, archives []Archive) (Merged, error)
}
