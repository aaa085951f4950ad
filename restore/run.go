package restore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"firn/depot"
	"firn/download"
	"firn/internal/disk"
	"firn/internal/humane"
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
		err = r.end()
	}
	return r.report, err
}

// end closes the plan. If a file was not restored, ranges that are left stay: an earlier run may
// have downloaded them for this file.
func (r *run) end() error {
	if r.report.Failed > 0 && !r.report.Kept {
		var err error
		if r.report.Kept, err = r.work.hasAny(); err != nil {
			return err
		}
	}
	return r.Plan.close(!r.report.Kept)
}

// run is one call of Run.
type run struct {
	*Plan
	tree   *tree.Tree
	folds  bool // a file system of the directory ignores case or normal forms
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
	if err := r.tryNames(); err != nil {
		return err
	}
	r.made, err = openMade(r.work.path)
	return err
}

// tryNames finds out what the file systems do with names. It needs a directory that can be written,
// and so nothing is retrieved for one that cannot.
func (r *run) tryNames() error {
	key, err := filepath.Abs(r.work.path)
	if err != nil {
		return err
	}
	for _, s := range r.Snapshots {
		for _, root := range s.Roots {
			folds, err := r.tree.Folds(root, key)
			if err != nil {
				return err
			}
			r.folds = r.folds || folds
		}
	}
	return nil
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

// allow calls make unless the file collides with another one on this file system.
func (r *run) allow(i item, make func() error) error {
	if i.Collides && r.folds {
		return errCollide
	}
	return make()
}
