package backup

import (
	"context"

	"firn/depot"
	"firn/record"
)

// RunWithRoom is Run with a spool whose disk has so many bytes.
func RunWithRoom(ctx context.Context, d depot.Depot, book record.BackupJournal, roots []string, o Options, free func() int64) (Report, error) {
	r, err := newRun(d, book, roots, o)
	if err != nil {
		return Report{}, err
	}
	r.free = func(string) (int64, error) { return free(), nil }
	err = r.run(ctx)
	return r.report, err
}
