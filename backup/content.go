package backup

import (
	"context"
	"errors"
	"fmt"

	"firn/internal/walk"
	"firn/pack"
	"firn/record"
	"firn/vault"
)

// content is a content that the vault has, or will have.
type content struct {
	key int64 // on record; 0: it is recorded with a file that has it
	// Content is nil if only the key is known. Its own key belongs to those who save it.
	*record.Content
}

// storeRead stores a file whose content is in memory.
func (w *writer) storeRead(ctx context.Context, j *job, r *reading) (*content, error) {
	if r.done != nil {
		<-r.done
	}
	switch {
	case r.err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case r.err != nil:
		return nil, &fileError{r.err}
	case r.isLarge:
		j.entry = r.entry
		return w.storeLarge(ctx, j)
	}
	w.addRead(int64(len(r.content)))
	w.describe(j, &r.entry, int64(len(r.content)), r.holes)
	if r.isChanged {
		w.markChanged(j)
	}
	c, isKnown, err := w.known(ctx, j, r.digest)
	if err != nil || isKnown {
		return c, err
	}
	e := entryOf(&j.file, j.path)
	e.Digest = pack.Digest(r.digest)
	if err := w.need(ctx, e.Size); err != nil {
		return nil, err
	}
	w.pack.isUsed = true
	added, err := w.pack.AddContent(ctx, e, r.content, rangesOf(r.holes)...)
	if err != nil {
		return nil, w.lineError(err)
	}
	return w.added(j, added), nil
}

// describe sets the metadata of a file to those that it has when it is read.
func (w *writer) describe(j *job, e *walk.Entry, size int64, holes []record.Extent) {
	e.Size = size
	j.file = fileOf(e, j.file.Name, &w.owners)
	j.file.More.Holes = holes
}

// markChanged makes the next backup read a file again, because it changed while it was read.
func (w *writer) markChanged(j *job) {
	j.file.ChangeTime = unknownChange
	w.skip(j.path, fmt.Errorf("read %q: %w", j.path, ErrChanged))
}

// known finds the content of a file that was read. If the vault has it, known writes a change; or
// returns errSame if the record has the same version.
func (w *writer) known(ctx context.Context, j *job, digest record.Digest) (c *content, isKnown bool, err error) {
	if j.file.Size == 0 {
		return nil, false, nil
	}
	c, err = w.find(ctx, digest, j.file.Size)
	if err != nil || c == nil {
		return nil, false, err
	}
	if j.do == check && c.key == j.was.Content {
		if w.mustRepeat(j.was, j.at) {
			if err := w.repeat(ctx, j); err != nil {
				return nil, true, err
			}
		}
		return c, true, errSame
	}
	e := entryOf(&j.file, j.path)
	e.Digest = pack.Digest(digest)
	if err := w.change(ctx, e, j.file.More.Holes); err != nil {
		return nil, true, err
	}
	w.report.Reused += j.file.Size
	return c, true, nil
}

// find returns a content that the vault has, or nil.
func (w *writer) find(ctx context.Context, digest record.Digest, size int64) (*content, error) {
	if c := w.changes.find(digest, size); c != nil {
		return c, nil
	}
	if !w.filter.mayHave(digest) {
		return nil, nil
	}
	c, err := w.book.Content(ctx, w.report.Snapshot.Vault, digest, size)
	if errors.Is(err, vault.ErrNotFound) {
		return nil, w.filter.miss(ctx, w.book, &w.changes)
	}
	return &content{key: c.Key, Content: &c}, err
}

// added returns the content that a member of the pack has.
func (w *writer) added(j *job, e pack.Entry) *content {
	if j.link != nil {
		j.link.packed = w.pack
	}
	if e.Size == 0 {
		return nil
	}
	w.countStored(e.Size)
	w.filter.add(e.Digest[:8])
	return &content{Content: &record.Content{Digest: record.Digest(e.Digest), Size: e.Size, Pack: w.pack.saved.Key, Offset: e.Offset}}
}

// countStored counts bytes of a content that the pack got.
func (w *writer) countStored(n int64) {
	w.report.Stored += n
	w.pack.added += n
}

func rangesOf(holes []record.Extent) (ranges []pack.Range) {
	for _, h := range holes {
		ranges = append(ranges, pack.Range(h))
	}
	return ranges
}
