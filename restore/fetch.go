package restore

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"firn/download"
	"firn/jobs"
	"firn/record"
	"firn/vault"
)

// fetch downloads the ranges of the packs, and restores the files of each pack while the next
// ones are downloaded. What is readable is restored, also if the error is that other jobs are not
// ready.
func (r *run) fetch(ctx context.Context) error {
	ready := make(chan *needed) // no more than one pack waits, because it takes room
	var notReady error
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		defer close(ready)
		notReady, err = r.download(ctx, func(n *needed) error {
			select {
			case ready <- n:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}, r.lose)
		return err
	})
	group.Go(func() error {
		for n := range ready {
			if err := r.restore(ctx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return notReady
}

// download downloads all ranges. It calls ready with each pack whose ranges are there, and lost
// with each that the vault cannot give. notReady says that jobs are in progress, or were not
// started.
func (p *Plan) download(ctx context.Context, ready func(*needed) error, lost func(*needed, error) error) (notReady, err error) {
	dir, err := download.OpenDirectory(p.work.path)
	if err != nil {
		return nil, err
	}
	w := &downloading{Plan: p, ready: ready, lost: lost, of: make(map[string]*waiting)}
	err = w.plan(ctx)
	if err == nil && p.takesWholes() {
		err = w.retrieveWholes(ctx)
	}
	if err == nil {
		err = w.run(ctx, dir)
	}
	return w.notReady, errors.Join(err, dir.Close())
}

// downloading is one call of Plan.download.
type downloading struct {
	*Plan
	ready    func(*needed) error
	lost     func(*needed, error) error
	items    []download.Item
	of       map[string]*waiting // by the name of an item
	notReady error
}

// waiting is a pack of which ranges are missing.
type waiting struct {
	*needed
	missing int
	gone    bool // a range cannot be had
}

// plan makes the items of the downloads.
func (w *downloading) plan(ctx context.Context) error {
	for _, n := range w.needed {
		where, err := w.layout(ctx, n)
		if err != nil {
			return err
		}
		a, err := w.archive(ctx, where.Pack)
		if err != nil {
			return err
		}
		pack := &waiting{needed: n, missing: len(n.ranges)}
		for _, r := range n.ranges {
			name := rangeName(n.id, r)
			w.of[name] = pack
			w.items = append(w.items, download.Item{Archive: a, Name: name, Range: r})
		}
	}
	return nil
}

// takesWholes reports whether the vault makes whole archives readable, whatever is wanted of
// them: a bucket makes a copy, which can be prolonged.
func (p *Plan) takesWholes() bool { return p.depot.Vault.Limits().Prolongs }

// retrieveWholes starts one job for each archive, which all its ranges use. Without it, each
// range would request a copy.
func (w *downloading) retrieveWholes(ctx context.Context) error {
	var archives []record.Archive
	for _, item := range w.items {
		isDone := w.work.has(w.of[item.Name].id, item.Range)
		if !isDone && (len(archives) == 0 || archives[len(archives)-1].ID != item.Archive.ID) {
			archives = append(archives, item.Archive)
		}
	}
	o := jobs.Options{Tier: w.options.Download.Tier, Topic: w.options.Download.Topic, NoWait: w.options.Download.NoWait}
	for _, err := range jobs.RetrieveAll(ctx, w.depot, archives, o) {
		if err != nil && !isOfArchive(err) { // else the download has the same error
			return err
		}
	}
	return nil
}

// archive returns what is on record about the archive that a pack is.
func (p *Plan) archive(ctx context.Context, of record.Pack) (record.Archive, error) {
	a, err := p.depot.Journal.ArchiveByID(ctx, of.Vault, of.Archive)
	if errors.Is(err, vault.ErrNotFound) {
		return record.Archive{Vault: of.Vault, ID: of.Archive, Size: of.Size, State: record.Stored}, nil
	}
	if err == nil && a.Size != of.Size {
		err = vault.Errorf(vault.ErrInvalid, "the archive of the pack %s has %d bytes on record, and the pack %d", of.ID, a.Size, of.Size)
	}
	return a, err
}

func (w *downloading) run(ctx context.Context, dir *download.Directory) error {
	o := w.options.Download
	o.Range, o.Force, o.NoTimes = vault.Range{}, false, true
	for item, got := range dir.All(ctx, w.depot, w.items, o) {
		if err := w.end(item, got); err != nil {
			return err
		}
	}
	return nil
}

// end handles the outcome of an item.
func (w *downloading) end(item download.Item, got download.Outcome) error {
	n := w.of[item.Name]
	switch {
	case n == nil:
		return got.Err
	case got.Err == nil:
		w.fetched.Add(got.Received)
		if n.missing--; n.missing == 0 {
			return w.ready(n.needed)
		}
		return nil
	case errors.Is(got.Err, vault.ErrNotReady):
		w.notReady = got.Err
		return nil
	case errors.Is(got.Err, jobs.ErrNotStarted):
		if w.notReady == nil {
			w.notReady = got.Err
		}
		return nil
	case !isOfArchive(got.Err):
		return got.Err
	case n.gone:
		return nil
	}
	n.gone = true
	return w.lost(n.needed, got.Err)
}

// isOfArchive reports whether an error concerns one archive, so that others can be downloaded.
func isOfArchive(err error) bool {
	return !errors.Is(err, jobs.ErrVaultMissing) &&
		(errors.Is(err, vault.ErrNotFound) || errors.Is(err, vault.ErrChecksum) || errors.Is(err, jobs.ErrJobFailed))
}
