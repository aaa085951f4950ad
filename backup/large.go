package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"

	"firn/pack"
	"firn/record"
)

// storeLarge stores a file that is not read into memory.
func (w *writer) storeLarge(ctx context.Context, j *job) (stored *content, err error) {
	file, err := j.entry.Open()
	if err != nil {
		return nil, &fileError{err}
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for attempt := 1; ; attempt++ {
		if _, err := j.entry.Refresh(file); err != nil {
			return nil, &fileError{err}
		}
		if j.entry.Size <= smallFile { // it has become smaller
			return w.storeRead(ctx, j, readNow(j.entry))
		}
		stored, err = w.storeOpen(ctx, j, file)
		// A file that became shorter is stored once more.
		if attempt == 2 || !errors.Is(err, pack.ErrShort) {
			return stored, err
		}
	}
}

// storeOpen stores an open file as it is now.
func (w *writer) storeOpen(ctx context.Context, j *job, file *os.File) (*content, error) {
	holes, err := holesOf(file, j.entry.Size)
	if err != nil {
		return nil, &fileError{err}
	}
	from := &holed{file: file, size: j.entry.Size, holes: holes}
	w.describe(j, &j.entry, from.size, holes)
	inSegments, err := w.wantsSegments(ctx, j)
	if err != nil {
		return nil, err
	}
	if inSegments {
		return w.storeSegments(ctx, j, from)
	}
	mayHave, err := w.mayHaveLarge(ctx, j.entry.Size)
	if err != nil {
		return nil, err
	}
	if mayHave || j.do == check {
		found, isKnown, err := w.knownLarge(ctx, j, from)
		if err != nil || isKnown {
			return found, err
		}
	}
	return w.storeMember(ctx, j, from)
}

// mayHaveLarge reports whether the vault may have a large content of a size.
func (w *writer) mayHaveLarge(ctx context.Context, size int64) (bool, error) {
	for id := range w.changes.unsaved() {
		if id.size == size {
			return true, nil
		}
	}
	return w.book.HasLargeContent(ctx, size)
}

// knownLarge hashes a content, and looks whether the vault has it.
func (w *writer) knownLarge(ctx context.Context, j *job, from *holed) (*content, bool, error) {
	hash := sha256.New()
	n, err := copyUntil(ctx, hash, from.reader())
	w.addRead(n)
	if err != nil || n < from.size {
		return nil, false, fileErrorOf(ctx, j, err, n, from.size)
	}
	digest := record.Digest(hash.Sum(nil))
	found, err := w.find(ctx, digest, from.size)
	if err != nil || found == nil {
		return nil, false, err
	}
	if err := w.readEnds(j, from); err != nil {
		return nil, false, err
	}
	return w.known(ctx, j, digest)
}

// storeMember stores a file as a member of a pack, of its own if it is larger than a pack.
func (w *writer) storeMember(ctx context.Context, j *job, from *holed) (*content, error) {
	if err := w.need(ctx, from.size); err != nil {
		return nil, err
	}
	w.pack.isUsed = true
	e := entryOf(&j.file, j.path)
	e.Size = from.size
	added, err := w.pack.Add(ctx, e, from.reader(), rangesOf(from.holes)...)
	w.addRead(from.size)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, w.lineError(err)
	}
	if err := w.readEnds(j, from); err != nil {
		return nil, err
	}
	c := w.added(j, added)
	return c, w.addSegments(ctx, added, from)
}

// readEnds looks whether a file changed while it was read.
func (w *writer) readEnds(j *job, from *holed) error {
	isChanged, err := j.entry.Refresh(from.file)
	if err != nil {
		return &fileError{err}
	}
	if isChanged {
		w.markChanged(j)
	}
	return nil
}

// addSegments records the segments of a file that is a member of the pack, so that a later version
// stores only those that changed.
func (w *writer) addSegments(ctx context.Context, e pack.Entry, from *holed) error {
	var all []*record.Content
	for i, digest := range w.pack.Segments() {
		at := int64(i) * pack.SegmentSize
		size := min(pack.SegmentSize, e.Size-at)
		if !from.isHole(at, size) {
			w.filter.add(digest[:8])
			all = append(all, &record.Content{Digest: record.Digest(digest), Size: size, Pack: w.pack.saved.Key, Offset: e.Offset + at})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return w.book.AddContents(ctx, all...)
}
