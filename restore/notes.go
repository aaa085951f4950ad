package restore

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/download"
	"firn/internal/disk"
)

// fatal notes why a file was not restored. It returns an error that all other files would have,
// too.
func (r *run) fatal(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case disk.IsFull(err):
		return fmt.Errorf("%q: %w: %w", path, download.ErrNoSpace, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.add(Problem{Path: path, Err: err})
	return nil
}

// flaw notes what of a restored file could not be set.
func (r *run) flaw(path string, err error) {
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.report.add(Problem{Path: path, Err: err, Restored: true})
	}
}

// done notes that a file is complete: in one of the counts of the report, with its bytes.
func (r *run) done(path string, count *int64, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*count++
	r.report.Bytes += bytes
	r.depot.Restoring(depot.Restoring{
		Path: path, Found: r.found, Files: r.report.Files + r.report.Others + r.report.Present, Bytes: r.report.Bytes,
	})
}
