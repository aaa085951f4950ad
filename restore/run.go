package restore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"firn/depot"
	"firn/download"
	"firn/internal/disk"
	"firn/internal/humane"
	"firn/internal/seal"
	"firn/restore/internal/tree"
	"firn/vault"
)

// Run restores the files. It always returns a report. Files that cannot be restored are listed
// in it, and are no error. The error wraps depot.ErrInterrupted, a jobs.NotReadyError,
// download.ErrNoSpace, seal.ErrIdentity or another reason why the restore could not go on; the
// same NewPlan and Run continue.
func (p *Plan) Run(ctx context.Context) (Report, error) {
	if p.options.Dir == "" {
		return Report{}, vault.Errorf(vault.ErrInvalid, "a restore needs a directory")
	}
	r := &run{Plan: p}
	r.report.Problems = p.clone()
	r.report.Present = p.Present
	err := r.open()
	if err == nil {
		err = r.steps(ctx)
	}
	err = errors.Join(err, r.close())
	r.report.Fetched = p.fetched.Load()
	if ctx.Err() != nil && err != nil && !errors.Is(err, depot.ErrInterrupted) {
		err = fmt.Errorf("%w: %w", depot.ErrInterrupted, err)
	}
	if err == nil {
		err = p.close(!r.report.Kept)
	}
	return r.report, err
}

// run is one call of Run.
type run struct {
	*Plan
	tree   *tree.Tree
	folds  bool // the file system ignores case or normal forms
	made   *made
	mu     sync.Mutex
	report Report
}

func (r *run) open() (err error) {
	if r.work == nil {
		return errors.New("the plan is closed")
	}
	if r.tree, err = tree.Open(r.options.Dir, r.options.tree()); err != nil {
		return err
	}
	if r.folds, err = r.tree.Folds(); err != nil {
		return err
	}
	r.made, err = openMade(r.work.path)
	return err
}

func (r *run) close() (err error) {
	if r.made != nil {
		err = r.made.close()
	}
	return errors.Join(err, r.tree.Close())
}

// steps are the steps of a restore: directories, files, links to files, symbolic links, and what
// directories get after everything in them.
func (r *run) steps(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		r.checkPacks, r.checkRoom, r.makeDirectories, r.makeEmpty, r.fetch, r.finishLarge, r.makeOthers, r.finishDirectories,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// checkPacks notes which files cannot be restored because their packs are damaged.
func (r *run) checkPacks(ctx context.Context) error { return r.checkIdentities(ctx, r.lose) }

// checkIdentities makes sure that the identities open every pack, before a job costs something.
// It calls lost with each pack that is damaged, and takes it out of the plan.
func (p *Plan) checkIdentities(ctx context.Context, lost func(*needed, error) error) error {
	kept := p.needed[:0]
	for _, n := range p.needed {
		err := p.checkIdentity(ctx, n)
		switch {
		case err == nil:
			kept = append(kept, n)
			continue
		case errors.Is(err, seal.ErrIdentity) || ctx.Err() != nil:
			return err
		}
		if err := lost(n, err); err != nil {
			return err
		}
	}
	p.needed = kept
	return nil
}

func (p *Plan) checkIdentity(ctx context.Context, n *needed) error {
	where, err := p.layout(ctx, n)
	if err != nil {
		return err
	}
	if _, missing := where.also(); missing || !where.isSealed() {
		return nil
	}
	if len(p.options.Identities) == 0 {
		return fmt.Errorf("the pack %s is encrypted, and no identity was given: %w", where.ID, seal.ErrIdentity)
	}
	_, err = where.unseal(&seal.Sparse{}, p.options.Identities)
	return err
}

// checkRoom makes sure that the files have room, before a job costs something.
func (r *run) checkRoom(context.Context) error {
	free, err := disk.Free(r.options.Dir)
	if err == nil && free < r.room {
		err = fmt.Errorf("%q has room for %s, and the files need %s: %w", r.options.Dir, humane.Bytes(free), humane.Bytes(r.room), download.ErrNoSpace)
	}
	return err
}

// layout reads the record of a pack again: the records of all packs may be too much for memory.
func (p *Plan) layout(ctx context.Context, n *needed) (*layout, error) {
	on, err := p.book.Pack(ctx, n.key)
	if err != nil {
		return nil, err
	}
	return newLayout(on)
}

// makeDirectories makes the directories that are selected: nothing else makes one that is empty.
func (r *run) makeDirectories(ctx context.Context) error {
	for i, err := range r.directories.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if !i.Selected {
			continue
		}
		if err := r.fatal(i.Path, r.allow(i, func() error { return r.makeDirectory(i.Path) })); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) makeDirectory(path string) error {
	made, err := r.tree.MakeDirectory(path)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Directories += int64(len(made))
	return errors.Join(err, r.made.add(made))
}

// allow calls make unless the file collides with another one on this file system.
func (r *run) allow(i item, make func() error) error {
	if i.Collides && r.folds {
		return errCollide
	}
	return make()
}

// within calls make, and once more after it has made the directory of the file, if that does not
// exist: some directories are not selected themselves.
func (r *run) within(path string, make func() error) error {
	err := make()
	if parent := parentOf(path); errors.Is(err, fs.ErrNotExist) && parent != "" {
		if err := r.makeDirectory(parent); err != nil {
			return err
		}
		err = make()
	}
	return err
}

// makeOthers makes hard links, pipes and devices, and at last symbolic links.
func (r *run) makeOthers(ctx context.Context) error {
	for i, err := range r.others.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		err := r.allow(i, func() error {
			return r.within(i.Path, func() error { return r.makeOther(i) })
		})
		if err := r.fatal(i.Path, err); err != nil {
			return err
		}
	}
	return nil
}

// finishDirectories gives directories their attributes: those in them before those above.
func (r *run) finishDirectories(ctx context.Context) error {
	for i, err := range r.directories.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if i.Collides && r.folds || r.report.hasFailed(i.Path) {
			continue
		}
		if !i.Selected && !r.made.has(i.Path) {
			err = r.tree.Sync(i.Path)
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			if err != nil {
				return err
			}
			continue
		}
		flaw, err := r.tree.FinishDirectory(i.Path, i.File)
		if err := r.fatal(i.Path, err); err != nil {
			return err
		}
		r.flaw(i.Path, flaw)
	}
	return r.syncAbove()
}

// syncAbove makes the names above the roots of snapshots durable. The record does not have these
// directories.
func (r *run) syncAbove() error {
	for _, s := range r.Snapshots {
		for _, root := range s.Roots {
			for at := parentOf(root); at != ""; at = parentOf(at) {
				if err := r.tree.Sync(at); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, vault.ErrExists) {
					return err
				}
			}
		}
	}
	return r.tree.Sync("")
}

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
