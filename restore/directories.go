package restore

import (
	"context"
	"errors"
	"io/fs"

	"firn/vault"
)

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
			if err := r.syncIfThere(i.Path); err != nil {
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
				if err := r.syncIfThere(at); err != nil {
					return err
				}
			}
		}
	}
	return r.tree.Sync("")
}

// syncIfThere makes the names in a directory durable. There may be no such directory, or another
// file may have its name: then nothing was restored below it.
func (r *run) syncIfThere(path string) error {
	err := r.tree.Sync(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, vault.ErrExists) {
		return nil
	}
	return err
}
