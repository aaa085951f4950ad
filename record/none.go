package record

import (
	"context"
	"fmt"
	"iter"
	"time"

	"firn/treehash"
	"firn/vault"
)

// None is the record of a caller who keeps none: it remembers nothing.
type None struct{}

var (
	_ Journal         = None{}
	_ DownloadJournal = None{}
)

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
	return Download{}, fmt.Errorf("there is no record of downloads: %w", vault.ErrNotFound)
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

// LockUpload implements [Journal].
func (None) LockUpload(context.Context, string, string, string) (func() error, error) {
	return func() error { return nil }, nil
}

// FindUpload implements [Journal].
func (None) FindUpload(context.Context, string, string, string) (Upload, error) {
	return Upload{}, fmt.Errorf("there is no record of uploads: %w", vault.ErrNotFound)
}

// UploadByID implements [Journal].
func (f None) UploadByID(ctx context.Context, _ string, _ vault.UploadID) (Upload, error) {
	return f.FindUpload(ctx, "", "", "")
}

// UploadOf implements [Journal].
func (f None) UploadOf(ctx context.Context, _ string, _ vault.ArchiveID) (Upload, error) {
	return f.FindUpload(ctx, "", "", "")
}

// Uploads implements [Journal].
func (None) Uploads(context.Context, string) iter.Seq2[Upload, error] {
	return func(func(Upload, error) bool) {}
}

// PendingUploads implements [Journal].
func (None) PendingUploads(context.Context, string, string, string) iter.Seq2[Upload, error] {
	return none[Upload]
}

// SaveUpload implements [Journal].
func (None) SaveUpload(context.Context, *Upload) error { return nil }

// SavePart implements [Journal].
func (None) SavePart(context.Context, int64, vault.Part) error { return nil }

// DropParts implements [Journal].
func (None) DropParts(context.Context, int64) error { return nil }

// Rate implements [Journal].
func (None) Rate(context.Context, string) (float64, error) { return 0, nil }

// Parts implements [Journal].
func (None) Parts(context.Context, int64) iter.Seq2[vault.Part, error] { return none[vault.Part] }

// FinishUpload implements [Journal].
func (None) FinishUpload(context.Context, *Upload, Archive) error { return nil }

// FindArchives implements [Journal].
func (None) FindArchives(context.Context, string, string, string, int64) iter.Seq2[Archive, error] {
	return none[Archive]
}

// FindNamed implements [Journal].
func (None) FindNamed(context.Context, string, []string, int64) iter.Seq2[Archive, error] {
	return none[Archive]
}

// ArchiveByID implements [Journal].
func (f None) ArchiveByID(ctx context.Context, _ string, _ vault.ArchiveID) (Archive, error) {
	_, err := f.FindUpload(ctx, "", "", "")
	return Archive{}, err
}

// NoteTreeHash implements [Journal].
func (None) NoteTreeHash(context.Context, string, vault.ArchiveID, treehash.Hash) error {
	return nil
}

// NoteETag implements [Journal].
func (None) NoteETag(context.Context, string, vault.ArchiveID, string, time.Time) error {
	return nil
}

// FindUnproved implements [Journal].
func (f None) FindUnproved(ctx context.Context, _, _, _ string) (Upload, Archive, error) {
	u, err := f.FindUpload(ctx, "", "", "")
	return u, Archive{}, err
}

// MarkLooked implements [Journal].
func (None) MarkLooked(context.Context, string, vault.ArchiveID, ArchiveState) error {
	return nil
}

// none is the empty sequence.
func none[T any](func(T, error) bool) {}
