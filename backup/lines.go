package backup

import (
	"context"

	"firn/pack"
	"firn/record"
)

func (w *writer) gone(ctx context.Context, j *job) error {
	if err := w.need(ctx, 0); err != nil {
		return err
	}
	w.pack.isUsed = true
	if err := w.pack.Gone(j.path); err != nil {
		return w.lineError(err)
	}
	return w.changes.gone(ctx, j)
}

// change writes a line of the changes, and the holes of the file.
func (w *writer) change(ctx context.Context, e pack.Entry, holes []record.Extent) error {
	if e.Name == "" { // the root of the file system: a pack has no name for it
		return nil
	}
	if err := w.need(ctx, 0); err != nil {
		return err
	}
	w.pack.isUsed = true
	if e.Type == pack.TypeFile && e.Digest.IsZero() {
		e.Digest = emptyDigest
	}
	if err := w.pack.Change(e); err != nil {
		return w.lineError(err)
	}
	if e.Size >= pack.LargeFile { // its chunks would be its segments
		return nil
	}
	for _, h := range holes {
		if err := w.pack.Change(pack.Entry{Type: pack.TypeChunk, Name: e.Name, ChunkOffset: h.Offset, ChunkSize: h.Size, Zeros: true}); err != nil {
			return w.lineError(err)
		}
	}
	return nil
}

// lineError sorts an error of the pack: it concerns the file, unless it is final.
func (w *writer) lineError(err error) error {
	if final := w.pack.Err(); final != nil {
		return w.spoolError(final)
	}
	return &fileError{err}
}
