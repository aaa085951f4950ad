package backup

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"firn/depot"
	"firn/record"
)

// Run backs up directories. It returns when the vault has confirmed all packs and the snapshot
// is complete on record. After any failure, the same call continues.
//
// The paths of the directories are made absolute. They are the names of the trees: a later call
// continues the trees that have the same path and host. One call at a time backs up to a vault
// with a catalog; another one fails with vault.ErrLocked. The depot must have a record, which
// the book is part of.
//
// The report is valid with an error, too: it says what was done until then. A depot.ErrInterrupted
// or depot.ErrGaveUp, like every error of package upload, leaves the packs in the spool. Files that
// could not be read are no error, but in the report.
func Run(ctx context.Context, d depot.Depot, book record.BackupJournal, roots []string, o Options) (Report, error) {
	r, err := newRun(d, book, roots, o)
	if err != nil {
		return Report{}, err
	}
	err = r.run(ctx)
	if err != nil && ctx.Err() != nil && !errors.Is(err, depot.ErrInterrupted) {
		err = depot.ErrInterrupted
	}
	return r.report, err
}

func (r *run) run(ctx context.Context) (err error) {
	unlock, err := r.depot.Journal.LockVault(ctx, r.depot.Vault.URL(), "backup")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	defer r.close()
	if err := r.open(); err != nil {
		return err
	}
	if err := r.openSpool(); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	spooled, err := r.resume(ctx)
	if err != nil {
		return err
	}
	s := &r.report.Snapshot
	if r.lost, err = r.book.Lost(ctx, s.Vault); err != nil {
		return err
	}
	if err := r.all(ctx, spooled); err != nil {
		return err
	}
	s.State, s.Files, s.Bytes = record.Complete, r.report.Files, r.report.Bytes
	return r.book.Save(ctx, s)
}

// jobsAhead is how many jobs wait for the writer.
const jobsAhead = 256

// all compares, writes and uploads at the same time.
func (r *run) all(ctx context.Context, spooled []record.Pack) error {
	sequence, err := r.continued(ctx)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	jobs := make(chan *job, jobsAhead)
	sender := newUploads(r)
	c := &comparer{run: r, links: links{}, send: func(ctx context.Context, j *job) error {
		select {
		case jobs <- j:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}}
	w := &writer{run: r, uploads: sender, sequence: sequence, through: before, changes: changes{run: r}}
	compared := false // all of it; the writer reads it when jobs is closed
	group.Go(func() error {
		defer close(jobs)
		err := c.compare(ctx)
		compared = err == nil
		return err
	})
	group.Go(func() error { return sender.send(ctx) })
	group.Go(func() error {
		defer close(sender.queue)
		if err := w.work(ctx, spooled, jobs); err != nil || !compared {
			return err
		}
		return w.end(ctx)
	})
	err = group.Wait()
	r.report.add(&c.counted)
	return errors.Join(err, w.close())
}

// work does all jobs.
func (w *writer) work(ctx context.Context, spooled []record.Pack, jobs <-chan *job) error {
	for _, p := range spooled {
		w.addSpooled(&packFile{}, false)
		if err := w.uploads.add(ctx, p); err != nil {
			return err
		}
	}
	if err := w.repeatGone(ctx); err != nil {
		return err
	}
	for j := range jobs {
		if err := w.do(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// end saves what is left, and completes the last pack.
func (w *writer) end(ctx context.Context) error {
	if err := w.changes.save(ctx); err != nil || w.pack == nil {
		return err
	}
	return w.finish(ctx, true)
}

func (r *Report) add(c *counts) {
	r.Files, r.Bytes, r.Omitted = c.files, c.bytes, c.omitted
	r.New, r.Gone = c.added, c.gone
	r.Changed += c.changed
	r.Unchanged += c.unchanged
}
