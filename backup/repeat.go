package backup

import (
	"context"
	"slices"

	"firn/internal/walk"
	"firn/pack"
	"firn/record"
)

// mustRepeat reports whether a version on record must come again in the changes of a pack,
// because an earlier call saved it, and its pack was lost.
func (r *run) mustRepeat(was *record.File, at position) bool {
	return r.report.Continued && was.Since == r.report.Snapshot.Key && at.compare(r.safe) > 0
}

// repeat writes a version on record into the changes.
func (w *writer) repeat(ctx context.Context, j *job) error {
	e := entryOf(j.was, j.path)
	if j.was.Kind == record.Regular && j.was.Content != 0 {
		c, err := w.book.ContentByKey(ctx, j.was.Content)
		if err != nil {
			return err
		}
		e.Digest = pack.Digest(c.Digest)
	}
	return w.change(ctx, e, j.was.More.Holes)
}

// repeatGone writes the names again that an earlier call found gone, if a lost pack had them.
func (w *writer) repeatGone(ctx context.Context) error {
	if !w.report.Continued {
		return nil
	}
	for f, err := range w.book.Gone(ctx, w.report.Snapshot) {
		if err != nil {
			return err
		}
		if w.isSafe(f) {
			continue
		}
		if err := w.need(ctx, 0); err != nil {
			return err
		}
		w.pack.isUsed = true
		if err := w.pack.Gone(f.Path); err != nil {
			return w.lineError(err)
		}
	}
	return nil
}

// isSafe reports whether a pack that is not lost has a file that is gone. If trees lie in one
// another, the file may have been in any of them, and the last one counts.
func (w *writer) isSafe(f record.Found) bool {
	kind := walk.Regular
	if f.Kind == record.Directory {
		kind = walk.Directory
	}
	for i, t := range slices.Backward(w.trees) {
		if path, ok := inTree(f.Path, t); ok {
			return positionOf(i, path, kind).compare(w.safe) <= 0
		}
	}
	return false
}
