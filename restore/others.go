package restore

import (
	"context"

	"firn/record"
	"firn/vault"
)

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

// makeOther makes a link, a pipe or a device.
func (r *run) makeOther(i item) (err error) {
	var present bool
	var flaw error
	made := &r.report.Others
	switch i.Kind {
	case record.Hardlink:
		made = &r.report.Files
		if r.report.hasFailed(i.More.Link) {
			return vault.Errorf(vault.ErrNotFound, "it is a link to %q, which was not restored", i.More.Link)
		}
		present, err = r.tree.Hardlink(i.Path, i.File)
	case record.Symlink:
		present, flaw, err = r.tree.Symlink(i.Path, i.File)
	default:
		present, flaw, err = r.tree.Special(i.Path, i.File)
	}
	if err != nil {
		return err
	}
	r.flaw(i.Path, flaw)
	if present {
		made = &r.report.Present
	}
	r.done(i.Path, made, 0)
	return nil
}
