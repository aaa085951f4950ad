package backup

import (
	"context"
	"errors"
	"time"

	"firn/depot"
	"firn/pack"
	"firn/record"
)

// writer does jobs in their order: it writes packs, and saves the files in the record. It is for
// one goroutine.
type writer struct {
	*run
	uploads  *uploads
	pack     *packFile // nil: none is open
	limit    int64     // the size at which it is complete
	sequence int       // of the last pack of the snapshot
	through  position  // of the last job that is done
	changes  changes
	filter   filter
	buffer   []byte // for a segment
}

// need makes sure that a pack is open, and that a content of size bytes fits.
func (w *writer) need(ctx context.Context, size int64) error {
	if w.pack != nil && w.pack.isUsed {
		now := w.pack.Size()
		if now >= w.limit || size > 0 && now+size > w.limit {
			if err := w.finish(ctx, false); err != nil {
				return err
			}
		}
	}
	if w.pack == nil {
		return w.begin(ctx, size)
	}
	return nil
}

// begin begins a pack whose first file has size bytes.
func (w *writer) begin(ctx context.Context, size int64) (err error) {
	if w.limit, err = w.makeRoom(ctx, size); err != nil {
		return err
	}
	s := &w.report.Snapshot
	w.sequence++
	p := record.Pack{
		ID: depot.NewToken(), Vault: s.Vault, Snapshot: s.Key, Sequence: w.sequence, State: record.Writing,
		Through: w.through.text(w.trees),
	}
	if err := w.book.SavePack(ctx, &p); err != nil {
		return err
	}
	f, err := w.create(p)
	if err != nil {
		return w.spoolError(err)
	}
	w.pack = f
	if err := w.tellEarlier(ctx, f); err != nil {
		return err
	}
	return f.Snapshot(w.line(time.Time{}))
}

// finish completes the pack and gives it to the uploads. The last one has the end of the
// snapshot.
func (w *writer) finish(ctx context.Context, isLast bool) error {
	f := w.pack
	if isLast {
		if err := f.Snapshot(w.line(w.now())); err != nil {
			return err
		}
	}
	// What the pack has is on record before the pack is complete: if the call ended in between,
	// the next one would store it again.
	if err := w.changes.save(ctx); err != nil {
		return err
	}
	p, err := f.complete()
	if err != nil {
		return w.spoolError(err)
	}
	p.Through = w.through.text(w.trees)
	if err := w.book.SavePack(ctx, &p); err != nil {
		return err
	}
	w.pack = nil
	for _, s := range append(f.told, w.addSpooled(f, isLast)) {
		if err := w.book.Save(ctx, &s); err != nil {
			return err
		}
		w.told[s.Key] = true
	}
	return w.uploads.add(ctx, p)
}

// close ends the writer. It gives up a pack that is open after an error; the next call reads its
// files again.
func (w *writer) close() error {
	err := w.changes.wait()
	if w.pack != nil {
		err = errors.Join(err, w.pack.discard())
	}
	return err
}

// do does a job. An error of the file alone is in the report.
func (w *writer) do(ctx context.Context, j *job) error {
	if j.read != nil {
		defer w.reader.end(j.read) // not before the second try
	}
	err := w.try(ctx, j)
	if errors.Is(err, pack.ErrFull) && w.pack != nil && w.pack.Err() == nil {
		if err = w.finish(ctx, false); err == nil {
			err = w.try(ctx, j)
		}
	}
	var failed *fileError
	if errors.As(err, &failed) {
		w.skip(j.path, failed.err)
		err = nil
	}
	if err == nil && j.do != forget {
		w.through = j.at
	}
	return err
}

func (w *writer) try(ctx context.Context, j *job) error {
	switch j.do {
	case forget, gone:
		return w.gone(ctx, j)
	case repeat:
		return w.repeat(ctx, j)
	}
	return w.store(ctx, j)
}

// fileError is an error that concerns one file.
type fileError struct{ err error }

func (e *fileError) Error() string { return e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }
