package restore

import (
	"context"
	"io"

	"firn/depot"
	"firn/record"
)

// Plan is what a restore is going to do. It has temporary files in the work directory until
// Close.
type Plan struct {
	// Snapshots are those whose files are restored, oldest first. For each directory it is
	// the newest complete one that the selection allows, or, if there is none, the newest
	// partial one.
	Snapshots []record.Snapshot

	Files       int64 // regular files and hard links to restore
	Directories int64 // directories that are selected
	Others      int64 // symbolic links, pipes and devices to restore
	Bytes       int64 // of the contents of Files
	Present     int64 // files and links that are there already, with the right content

	Packs    int64 // archives that are needed
	Requests int64 // jobs that make the bytes readable
	Retrieve int64 // bytes that the jobs make readable: of a bucket, whole archives
	Fetch    int64 // bytes that are downloaded; others are in the work directory already

	Problems // what cannot be restored, as far as it is known now
}

// NewPlan plans a restore from the record: it makes no request to the vault. It compares the
// files with those in Options.Dir, and reads those there that have the right size and time.
//
// The error wraps vault.ErrNotFound if no snapshot or no file is selected, vault.ErrInvalid if
// the selection is not valid or covers several hosts, and vault.ErrLocked if another process
// uses the work directory.
func NewPlan(ctx context.Context, d depot.Depot, book record.RestoreJournal, s Selection, o Options) (*Plan, error) {
	return nil, nil
}

// Run restores the files. It returns a report with every error. Files that cannot be restored
// are listed in it, and are no error. The error wraps depot.ErrInterrupted, a
// jobs.NotReadyError, download.ErrNoSpace, seal.ErrIdentity or another reason why the restore
// could not go on; the same NewPlan and Run continue.
func (p *Plan) Run(ctx context.Context) (Report, error) { return Report{}, nil }

// Stream writes the content of the only file of the plan to w, after all of it was compared
// with the record. If the plan has several files or none, the error wraps vault.ErrInvalid.
func (p *Plan) Stream(ctx context.Context, w io.Writer) (Report, error) { return Report{}, nil }

// Close removes the temporary lists of the plan. Downloaded ranges stay in the work directory
// until Run or Stream has ended without an error.
func (p *Plan) Close() error { return nil }
