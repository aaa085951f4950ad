package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"

	"firn/pack"
	"firn/record"
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
	stored, err := w.storeContent(ctx, j)
	var failed *fileError
	switch {
	case errors.Is(err, errSame):
		j.noteLink(stored)
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
	j.noteLink(stored)
	return w.changes.found(ctx, j, stored)
}

// storeContent stores a file, and returns its content, or nil if it has none.
func (w *writer) storeContent(ctx context.Context, j *job) (*content, error) {
	switch {
	case j.read != nil:
		return w.storeRead(ctx, j, j.read)
	case j.file.Kind == record.Regular && j.entry.Size > smallFile:
		return w.storeLarge(ctx, j)
	case j.file.Kind == record.Regular && j.entry.Size > 0:
		return w.storeRead(ctx, j, readNow(j.entry))
	}
	err := w.add(ctx, entryOf(&j.file, j.path))
	if err == nil && j.link != nil {
		j.link.packed = w.pack
	}
	return nil, err
}

// errSame says that a file whose content was compared is as on record.
var errSame = errors.New("the file is as on record")

// noteLink says, for further names of the file, that it is stored.
func (j *job) noteLink(c *content) {
	if j.link != nil {
		j.link.isStored, j.link.content = true, c
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
