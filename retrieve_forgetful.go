package firn

import (
	"context"
	"fmt"
	"iter"

	"firn/record"
	"firn/vault"
)

// The forgetful Journal serves retrieval, too.
var _ DownloadJournal = forgetful{}

func (forgetful) SaveJob(context.Context, *record.Job) error { return nil }

func (forgetful) JobsFor(context.Context, string, vault.ArchiveID) iter.Seq2[record.Job, error] {
	return none[record.Job]
}

func (forgetful) LockVault(context.Context, string, string) (func() error, error) {
	return func() error { return nil }, nil
}

func (forgetful) LockDownload(context.Context, string) (func() error, error) {
	return func() error { return nil }, nil
}

func (forgetful) FindDownload(context.Context, string, vault.ArchiveID, string) (record.Download, error) {
	return record.Download{}, fmt.Errorf("there is no record of downloads: %w", vault.ErrNotFound)
}

func (forgetful) SaveDownload(context.Context, *record.Download) error     { return nil }
func (forgetful) SaveSegment(context.Context, int64, record.Segment) error { return nil }
func (forgetful) DropSegments(context.Context, int64) error                { return nil }
func (forgetful) Segments(context.Context, int64) iter.Seq2[record.Segment, error] {
	return none[record.Segment]
}
