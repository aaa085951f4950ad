package backup

import (
	"context"

	"firn/depot"
	"firn/record"
)

// Estimate reads the directories, but no content, and returns what [Run] would do. It writes
// nothing.
func Estimate(ctx context.Context, d depot.Depot, book record.BackupJournal, roots []string, o Options) (Plan, error) {
	o.Checksum = false
	r, err := newRun(d, book, roots, o)
	if err != nil {
		return Plan{}, err
	}
	defer r.close()
	if err := r.open(); err != nil {
		return Plan{}, err
	}
	if err := r.findSpool(); err != nil {
		return Plan{}, err
	}
	if r.lost, err = book.Lost(ctx, d.Vault.URL()); err != nil {
		return Plan{}, err
	}
	r.isEstimate = true
	var p Plan
	c := &comparer{run: r, links: links{}, send: func(_ context.Context, j *job) error {
		if j.do == store && j.file.Kind == record.Regular {
			p.Store += j.file.Size
		}
		return nil
	}}
	err = c.compare(ctx)
	n := &c.counted
	p.Files, p.Bytes, p.Omitted, p.New, p.Changed, p.Unchanged, p.Gone = n.files, n.bytes, n.omitted, n.added, n.changed, n.unchanged, n.gone
	if n.added+n.changed+n.gone > 0 {
		p.Packs = max(1, (p.Store+r.PackSize-1)/r.PackSize)
	}
	p.Skipped, p.Failed = r.report.Skipped, r.report.Snapshot.Skipped
	return p, err
}
