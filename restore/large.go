package restore

import (
	"context"
	"errors"
	"io"

	"firn/restore/internal/tree"
	"firn/vault"
)

// segment writes a segment of a large file into the unfinished file, even if another one cannot
// be had: a later run needs it then.
func (w *writing) segment(c piece, content io.Reader) error {
	big := w.large[c.Large-1]
	err := w.allow(big.item, func() error {
		f, err := w.create(big.Path, big.Digest, true)
		if err != nil {
			return err
		}
		err = copyContent(w.ctx, &shifted{f, c.At}, content, c.Bytes, c.Digest, nil)
		return errors.Join(err, f.Suspend())
	})
	if err == nil {
		big.left--
		return nil
	}
	w.noteUnwritten(err)
	return w.failLarge(c, err)
}

// hasFailed reports whether a large file cannot be restored.
func (r *run) hasFailed(big *large) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return big.failed != nil
}

// failLarge notes that a segment of a large file cannot be restored.
func (r *run) failLarge(c piece, reason error) error {
	big := r.large[c.Large-1]
	if r.hasFailed(big) {
		return nil
	}
	if err := r.fatal(big.Path, reason); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	big.failed = reason
	return nil
}

// shifted writes behind an offset.
type shifted struct {
	to io.WriterAt
	by int64
}

// WriteAt implements io.WriterAt.
func (s *shifted) WriteAt(p []byte, offset int64) (int, error) { return s.to.WriteAt(p, s.by+offset) }

// finishLarge gives the files whose segments are all written their names.
func (r *run) finishLarge(ctx context.Context) error {
	for _, big := range r.large {
		if !big.isWanted() {
			continue
		}
		var flaw error
		err := r.allow(big.item, func() error {
			f, err := r.create(big.Path, big.Digest, true)
			if err != nil {
				return err
			}
			flaw, err = finishOne(ctx, f, big)
			return err
		})
		if errFatal := r.fatal(big.Path, err); errFatal != nil {
			return errFatal
		}
		if err == nil {
			r.flaw(big.Path, flaw)
			r.done(big.Path, &r.report.Files, big.Size)
		}
	}
	return nil
}

// finishOne compares the digest of the whole file.
func finishOne(ctx context.Context, f *tree.File, big *large) (flaw, err error) {
	if big.left != 0 {
		return nil, errors.Join(vault.Errorf(vault.ErrChecksum, "%d segments of it are missing", big.left), f.Suspend())
	}
	err = f.Truncate(big.Size)
	if err == nil {
		err = copyContent(ctx, nowhere{}, io.NewSectionReader(f, 0, big.Size), big.Size, big.Digest, nil)
	}
	switch {
	case errors.Is(err, vault.ErrChecksum):
		return nil, errors.Join(err, f.Remove())
	case err != nil:
		return nil, errors.Join(err, f.Suspend())
	}
	return f.Finish(big.Size, big.File)
}

// nowhere forgets what is written to it.
type nowhere struct{}

// WriteAt implements io.WriterAt.
func (nowhere) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }
