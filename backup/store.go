package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"firn/internal/walk"
	"firn/pack"
	"firn/record"
	"firn/vault"
)

// emptyDigest is that of a content without bytes.
var emptyDigest = pack.Digest(sha256.Sum256(nil))

// store stores a file that is new or changed.
func (w *writer) store(ctx context.Context, j *job) error {
	switch {
	case j.file.Kind == record.Hardlink && j.link.isStored:
		return w.storeLink(ctx, j)
	case j.file.Kind == record.Hardlink: // the first name could not be stored
		j.link.path = j.path
		j.file.Kind, j.file.More.Link = record.Regular, ""
	}
	var content *record.Content
	var err error
	switch {
	case j.file.Kind != record.Regular:
		err = w.add(ctx, entryOf(&j.file, j.path))
	case j.read != nil:
		content, err = w.storeRead(ctx, j, j.read)
		w.reader.end(j.read)
	case j.file.Size == 0:
		if err = w.add(ctx, entryOf(&j.file, j.path)); err == nil && j.link != nil {
			j.link.packed = w.pack
		}
	case j.entry.Size <= smallFile:
		content, err = w.storeRead(ctx, j, readNow(j.entry))
	default:
		content, err = w.storeLarge(ctx, j)
	}
	var failed *fileError
	switch {
	case errors.Is(err, errSame):
		j.noteLink(content)
		return nil
	case errors.As(err, &failed) && errors.Is(failed.err, fs.ErrNotExist):
		return w.vanished(ctx, j, err)
	case err != nil:
		return err
	}
	if j.do == check {
		w.report.Changed++
		w.report.Unchanged--
	}
	j.noteLink(content)
	return w.changes.found(ctx, j, content)
}

// errSame says that a file whose content was compared is as on record.
var errSame = errors.New("the file is as on record")

// noteLink says, for further names of the file, that it is stored.
func (j *job) noteLink(content *record.Content) {
	if j.link != nil {
		j.link.isStored, j.link.content = true, content
	}
}

// vanished ends a file that was there when its directory was listed.
func (w *writer) vanished(ctx context.Context, j *job, err error) error {
	if j.was != nil {
		if err := w.gone(ctx, j); err != nil {
			return err
		}
	}
	return &fileError{err}
}

// storeLink stores a further name of a file. A pack has it as a member only if it has the file,
// because no content is stored twice.
func (w *writer) storeLink(ctx context.Context, j *job) error {
	if err := w.need(ctx, 0); err != nil {
		return err
	}
	var err error
	if e := entryOf(&j.file, j.path); j.link.packed == w.pack {
		err = w.add(ctx, e)
	} else {
		err = w.change(ctx, e, nil)
	}
	if err != nil {
		return err
	}
	return w.changes.found(ctx, j, j.link.content)
}

// add adds a file without a content, or an empty one.
func (w *writer) add(ctx context.Context, e pack.Entry) error {
	if e.Name == "" { // the root of the file system: a pack has no name for it
		return nil
	}
	if err := w.need(ctx, 0); err != nil {
		return err
	}
	w.pack.isUsed = true
	var err error
	if e.Type == pack.TypeFile {
		e.Digest = emptyDigest
		_, err = w.pack.AddContent(ctx, e, nil)
	} else {
		_, err = w.pack.Add(ctx, e, nil)
	}
	if err != nil {
		return w.lineError(err)
	}
	return nil
}

// storeRead stores a file whose content is in memory.
func (w *writer) storeRead(ctx context.Context, j *job, r *reading) (*record.Content, error) {
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
	content, isKnown, err := w.known(ctx, j, r.digest)
	if err != nil || isKnown {
		return content, err
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
func (w *writer) known(ctx context.Context, j *job, digest record.Digest) (content *record.Content, isKnown bool, err error) {
	if j.file.Size == 0 {
		return nil, false, nil
	}
	content, err = w.find(ctx, digest, j.file.Size)
	if err != nil || content == nil {
		return nil, false, err
	}
	if j.do == check && content.Key == j.was.Content {
		if w.mustRepeat(j.was, j.at) {
			if err := w.repeat(ctx, j); err != nil {
				return nil, true, err
			}
		}
		return content, true, errSame
	}
	e := entryOf(&j.file, j.path)
	e.Digest = pack.Digest(digest)
	if err := w.change(ctx, e, j.file.More.Holes); err != nil {
		return nil, true, err
	}
	w.report.Reused += j.file.Size
	return content, true, nil
}

// find returns a content that the vault has, or nil.
func (w *writer) find(ctx context.Context, digest record.Digest, size int64) (*record.Content, error) {
	if c := w.changes.find(digest, size); c != nil {
		return c, nil
	}
	if !w.filter.mayHave(digest) {
		return nil, nil
	}
	c, err := w.book.Content(ctx, w.report.Snapshot.Vault, digest, size)
	if errors.Is(err, vault.ErrNotFound) {
		return nil, w.filter.miss(ctx, w.book)
	}
	return &c, err
}

// added returns the content that a member of the pack has.
func (w *writer) added(j *job, e pack.Entry) *record.Content {
	if j.link != nil {
		j.link.packed = w.pack
	}
	if e.Size == 0 {
		return nil
	}
	w.report.Stored += e.Size
	w.report.Snapshot.Added += e.Size
	w.filter.add(e.Digest[:8])
	return &record.Content{Digest: record.Digest(e.Digest), Size: e.Size, Pack: w.pack.saved.Key, Offset: e.Offset}
}

func rangesOf(holes []record.Extent) (ranges []pack.Range) {
	for _, h := range holes {
		ranges = append(ranges, pack.Range(h))
	}
	return ranges
}
