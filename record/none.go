package record

import (
	"context"
	"iter"
	"time"

	"firn/treehash"
	"firn/vault"
)

// None is a record that keeps nothing: methods that save do nothing, and methods that find
// return nothing or vault.ErrNotFound. Inventories and purges refuse it.
type None struct{}

var _ Journal = None{}

// SaveJob implements [JobJournal].
func (None) SaveJob(context.Context, *Job) error { return nil }

// JobsFor implements [JobJournal].
func (None) JobsFor(context.Context, string, vault.ArchiveID) iter.Seq2[Job, error] {
	return none[Job]
}

// LockVault implements [JobJournal].
func (None) LockVault(context.Context, string, string) (func() error, error) {
	return func() error { return nil }, nil
}

// LockDownload implements [DownloadJournal].
func (None) LockDownload(context.Context, string) (func() error, error) {
	return func() error { return nil }, nil
}

// FindDownload implements [DownloadJournal].
func (None) FindDownload(context.Context, string, vault.ArchiveID, string) (Download, error) {
	return Download{}, vault.Errorf(vault.ErrNotFound, "there is no record of downloads")
}

// SaveDownload implements [DownloadJournal].
func (None) SaveDownload(context.Context, *Download) error { return nil }

// SaveSegment implements [DownloadJournal].
func (None) SaveSegment(context.Context, int64, Segment) error { return nil }

// DropSegments implements [DownloadJournal].
func (None) DropSegments(context.Context, int64) error { return nil }

// Segments implements [DownloadJournal].
func (None) Segments(context.Context, int64) iter.Seq2[Segment, error] {
	return none[Segment]
}

// DownloadRate implements [DownloadJournal].
func (None) DownloadRate(context.Context, string) (float64, error) { return 0, nil }

// LockUpload implements [UploadJournal].
func (None) LockUpload(context.Context, string, string, string) (func() error, error) {
	return func() error { return nil }, nil
}

// FindUpload implements [UploadJournal].
func (None) FindUpload(context.Context, string, string, string) (Upload, error) {
	return Upload{}, vault.Errorf(vault.ErrNotFound, "there is no record of uploads")
}

// UploadByID implements [UploadJournal].
func (f None) UploadByID(ctx context.Context, _ string, _ vault.UploadID) (Upload, error) {
	return f.FindUpload(ctx, "", "", "")
}

// UploadOf implements [UploadJournal].
func (f None) UploadOf(ctx context.Context, _ string, _ vault.ArchiveID) (Upload, error) {
	return f.FindUpload(ctx, "", "", "")
}

// Uploads implements [UploadJournal].
func (None) Uploads(context.Context, string) iter.Seq2[Upload, error] {
	return func(func(Upload, error) bool) {}
}

// PendingUploads implements [UploadJournal].
func (None) PendingUploads(context.Context, string, string, string) iter.Seq2[Upload, error] {
	return none[Upload]
}

// SaveUpload implements [UploadJournal].
func (None) SaveUpload(context.Context, *Upload) error { return nil }

// SavePart implements [UploadJournal].
func (None) SavePart(context.Context, int64, vault.Part) error { return nil }

// DropParts implements [UploadJournal].
func (None) DropParts(context.Context, int64) error { return nil }

// Rate implements [UploadJournal].
func (None) Rate(context.Context, string) (float64, error) { return 0, nil }

// Parts implements [UploadJournal].
func (None) Parts(context.Context, int64) iter.Seq2[vault.Part, error] { return none[vault.Part] }

// FinishUpload implements [UploadJournal].
func (None) FinishUpload(context.Context, *Upload, Archive) error { return nil }

// FindArchives implements [UploadJournal].
func (None) FindArchives(context.Context, string, string, string, int64) iter.Seq2[Archive, error] {
	return none[Archive]
}

// FindNamed implements [UploadJournal].
func (None) FindNamed(context.Context, string, []string, int64) iter.Seq2[Archive, error] {
	return none[Archive]
}

// ArchiveByID implements [UploadJournal].
func (f None) ArchiveByID(ctx context.Context, _ string, _ vault.ArchiveID) (Archive, error) {
	_, err := f.FindUpload(ctx, "", "", "")
	return Archive{}, err
}

// NoteTreeHash implements [UploadJournal].
func (None) NoteTreeHash(context.Context, string, vault.ArchiveID, treehash.Hash) error {
	return nil
}

// NoteETag implements [UploadJournal].
func (None) NoteETag(context.Context, string, vault.ArchiveID, string, time.Time) error {
	return nil
}

// FindUnproved implements [UploadJournal].
func (f None) FindUnproved(ctx context.Context, _, _, _ string) (Upload, Archive, error) {
	u, err := f.FindUpload(ctx, "", "", "")
	return u, Archive{}, err
}

// MarkLooked implements [UploadJournal].
func (None) MarkLooked(context.Context, string, vault.ArchiveID, ArchiveState) error {
	return nil
}

// FindInventory implements [InventoryJournal].
func (None) FindInventory(context.Context, string, string) (Inventory, error) {
	return Inventory{}, vault.Errorf(vault.ErrNotFound, "there is no record of inventories")
}

// SaveInventory implements [InventoryJournal].
func (None) SaveInventory(context.Context, *Inventory) error { return nil }

// SaveEntries implements [InventoryJournal].
func (None) SaveEntries(context.Context, *Inventory, []Archive, []Reject, string) error { return nil }

// FinishInventory implements [InventoryJournal].
func (None) FinishInventory(context.Context, *Inventory) error { return nil }

// Present implements [PurgeJournal].
func (None) Present(context.Context, string, int64, vault.ArchiveID) iter.Seq2[Archive, error] {
	return none[Archive]
}

// NewestArchive implements [PurgeJournal].
func (None) NewestArchive(context.Context) (int64, error) { return 0, nil }

// MarkDeleting implements [PurgeJournal].
func (None) MarkDeleting(context.Context, string, []Archive) ([]Archive, error) { return nil, nil }

// MarkRefused implements [PurgeJournal].
func (None) MarkRefused(context.Context, string, []vault.ArchiveID) error { return nil }

// MarkDeleted implements [PurgeJournal].
func (None) MarkDeleted(context.Context, string, []vault.ArchiveID) error { return nil }

// LastDeleted implements [PurgeJournal].
func (None) LastDeleted(context.Context, string) (time.Time, error) { return time.Time{}, nil }

// MergeArchives implements [MergeJournal].
func (None) MergeArchives(context.Context, []Archive) (Merged, error) { return Merged{}, nil }

// none is the empty sequence.
func none[T any](func(T, error) bool) {}
