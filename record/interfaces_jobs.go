package record

import (
	"context"
	"iter"
	"time"

	"firn/vault"
)

// JobJournal is what asking for jobs needs of a catalog. Whatever a method saves
// is durable when it returns.
type JobJournal interface {
	// SaveJob inserts j and sets its Key, or updates it if it has one.
	SaveJob(ctx context.Context, j *Job) error
	// JobsFor lists the jobs on record for one archive of a vault, newest first;
	// with an empty archive those for its inventories. Gone and failed ones too.
	JobsFor(ctx context.Context, vaultURL string, archive vault.ArchiveID) iter.Seq2[Job, error]
	// LockVault makes the caller the only one, among all processes that share the
	// journal, to do an act on a vault. It fails with vault.ErrLocked if another
	// one does. The lock ends with the process.
	LockVault(ctx context.Context, vaultURL, act string) (unlock func() error, err error)
}

// DownloadJournal is what a download needs of a catalog.
type DownloadJournal interface {
	JobJournal

	// UploadOf returns the newest upload that became an archive, or vault.ErrNotFound.
	UploadOf(ctx context.Context, vaultURL string, id vault.ArchiveID) (Upload, error)
	// LockDownload makes the caller the only one to download into the file target.
	// It fails with vault.ErrLocked if another one does.
	LockDownload(ctx context.Context, target string) (unlock func() error, err error)
	// FindDownload returns the newest download of an archive into the file target,
	// whatever its state, or vault.ErrNotFound.
	FindDownload(ctx context.Context, vaultURL string, archive vault.ArchiveID, target string) (Download, error)
	// SaveDownload inserts d and sets its Key, or updates it if it has one.
	SaveDownload(ctx context.Context, d *Download) error
	// SaveSegment notes verified bytes; a segment at the same offset is replaced.
	SaveSegment(ctx context.Context, downloadKey int64, s Segment) error
	// Segments returns the noted segments by offset.
	Segments(ctx context.Context, downloadKey int64) iter.Seq2[Segment, error]
	// DropSegments forgets the segments of a download.
	DropSegments(ctx context.Context, downloadKey int64) error
	// DownloadRate returns the bytes per second that recent downloads from a vault
	// reached, or 0 if there were none.
	DownloadRate(ctx context.Context, vaultURL string) (float64, error)
}

// InventoryJournal is what reading an inventory needs of a catalog.
type InventoryJournal interface {
	JobJournal

	// FindInventory returns the newest inventory of a vault read from a source,
	// whatever its state, or vault.ErrNotFound.
	FindInventory(ctx context.Context, vaultURL, source string) (Inventory, error)
	// SaveInventory inserts i and sets its Key, or updates it if it has one.
	SaveInventory(ctx context.Context, i *Inventory) error
	// SaveEntries files what an inventory lists, in one transaction with its new
	// Position: known archives become Confirmed or Differing, others are added as
	// Confirmed, rejects are set aside. It adds to the counts of i. A name, tool
	// or time on record is kept; what is Deleting or Deleted stays so, since an
	// inventory goes on listing it for a day.
	SaveEntries(ctx context.Context, i *Inventory, entries []Archive, rejects []Reject, position string) error
	// FinishInventory works out, in one transaction, what a wholly read inventory
	// means, and sets State, Missing and Settled of i. Uploads of this vault in
	// state Unknown whose size and tree hash an archive of this inventory has, one
	// that was created since they began and belongs to no other upload, become
	// Completed with its id, and the archive gets their name. If the inventory
	// lists the whole vault and has no bad entry, archives that neither it nor the
	// like one before it lists, both made more than 48 hours after they were
	// created, become Missing.
	FinishInventory(ctx context.Context, i *Inventory) error
}

// PurgeJournal is what emptying a vault needs of a catalog.
type PurgeJournal interface {
	InventoryJournal

	// Present lists the archives of a vault that are not Deleted and whose id is
	// behind after, in the order of their ids. An empty after is before all of them.
	// Those that came on record later than newest are left out; 0 leaves out none.
	Present(ctx context.Context, vaultURL string, newest int64, after vault.ArchiveID) iter.Seq2[Archive, error]
	// NewestArchive is a number, not 0, that tells apart what is on record now from
	// what comes on record later; see Present.
	NewestArchive(ctx context.Context) (int64, error)
	// MarkDeleting notes that the vault is about to be asked to delete archives, each
	// given as Present listed it. What is Deleted by now, or is not what it was, is not
	// noted but returned: of that the vault is not asked.
	MarkDeleting(ctx context.Context, vaultURL string, chosen []Archive) (left []Archive, err error)
	// MarkRefused notes that the vault refused to delete archives: those that are
	// Deleting get the state that they had before.
	MarkRefused(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error
	// MarkDeleted notes that the vault accepted to delete archives, and when.
	MarkDeleted(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error
	// LastDeleted tells when MarkDeleted was last called for a vault; the zero time
	// if never.
	LastDeleted(ctx context.Context, vaultURL string) (time.Time, error)
}

// MergeJournal is what importing another tool's record needs of a catalog.
type MergeJournal interface {
	// MergeArchives brings archives from another record into this one, all or none:
	// unknown ones are added, of others what is lacking is filled in, and what was
	// deleted on either record is deleted.
	MergeArchives(ctx context.Context, archives []Archive) (Merged, error)
}
