package restore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"

	"golang.org/x/sync/errgroup"

	"firn/pack"
	"firn/record"
	"firn/restore/internal/tree"
	"firn/vault"
)

const (
	// smallFile is the size in bytes up to which a file is kept in memory until it is written.
	smallFile = 1 << 20
	// writers is how many small files are written at once: each waits for the disk.
	writers = 8
)

// lose notes that the files of a pack cannot be restored.
func (r *run) lose(n *needed, reason error) error {
	for c, err := range r.stored.Read(n.pieces) {
		if err != nil {
			return err
		}
		if c.Large > 0 {
			err = r.failLarge(c, reason)
		} else {
			err = r.fatal(c.Of.Path, reason)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// makeEmpty makes the files without content.
func (r *run) makeEmpty(ctx context.Context) error {
	for c, err := range r.stored.Read(r.empty) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if err := r.fatal(c.Of.Path, r.write(ctx, c, bytes.NewReader(nil))); err != nil {
			return err
		}
	}
	return nil
}

// restore writes the files of a pack, in the order in which they lie in it.
func (r *run) restore(ctx context.Context, n *needed) (err error) {
	where, err := r.layout(ctx, n)
	if err != nil {
		return err
	}
	o, err := where.open(r.work, n.ranges, r.options.Identities)
	if err != nil {
		return r.lose(n, err)
	}
	w := &writing{run: r, stream: o.tail.Open(o.plain)}
	w.group, w.ctx = errgroup.WithContext(ctx)
	w.group.SetLimit(writers)
	for c, errRead := range r.stored.Read(n.pieces) {
		if err = errRead; err == nil {
			err = w.ctx.Err()
		}
		if err == nil {
			err = w.piece(c)
		}
		if err != nil {
			break
		}
	}
	if errGroup := w.group.Wait(); errGroup != nil {
		err = errGroup
	}
	if err = errors.Join(err, o.close()); err != nil {
		return err
	}
	if w.unwritten {
		r.report.Kept = true
		return nil
	}
	// After a loss of power, names that are not on the disk yet would have to be retrieved again.
	if err := r.syncParents(n); err != nil {
		return err
	}
	for _, within := range n.ranges {
		err = errors.Join(err, r.work.remove(n.id, within))
	}
	return err
}

// syncParents flushes the directories of the files of a pack, and those above. The files of one
// directory lie together.
func (r *run) syncParents(n *needed) error {
	last := ""
	for c, err := range r.stored.Read(n.pieces) {
		if err != nil {
			return err
		}
		dir := parentOf(c.Of.Path)
		for at := dir; at != "" && !isBelow(last, at); at = parentOf(at) {
			if err := r.tree.Sync(at); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, vault.ErrExists) {
				return err
			}
		}
		last = dir
	}
	return nil
}

// writing is one call of run.restore.
type writing struct {
	*run
	ctx       context.Context
	group     *errgroup.Group
	stream    *pack.Stream
	unwritten bool // a file could not be written, and the bytes of the pack are not the reason
}

// piece reads a piece. It writes a large one at once, and leaves a small one to the group.
func (w *writing) piece(c piece) error {
	content := io.NewSectionReader(w.stream, c.Place, c.Bytes)
	switch {
	case c.Large > 0:
		return w.segment(c, content)
	case c.Bytes > smallFile:
		return w.note(c, w.write(w.ctx, c, content))
	}
	buffer := make([]byte, c.Bytes)
	if _, err := io.ReadFull(content, buffer); err != nil {
		return w.note(c, damaged(err))
	}
	w.group.Go(func() error { return w.note(c, w.write(w.ctx, c, bytes.NewReader(buffer))) })
	return nil
}

// note is fatal, and remembers whether the bytes of the pack are needed again.
func (w *writing) note(c piece, err error) error {
	w.noteUnwritten(err)
	return w.fatal(c.Of.Path, err)
}

func (w *writing) noteUnwritten(err error) {
	if err != nil && !errors.Is(err, vault.ErrChecksum) && !errors.Is(err, errCollide) {
		w.mu.Lock()
		w.unwritten = true
		w.mu.Unlock()
	}
}

// damaged is the error about bytes that are not those that were stored.
func damaged(err error) error {
	return vault.Errorf(vault.ErrChecksum, "its content cannot be read from the pack: %w", err)
}

// write writes a file, and gives it its name if its content has the digest on record.
func (r *run) write(ctx context.Context, c piece, content io.Reader) error {
	var flaw error
	err := r.allow(c.Of, func() error {
		f, err := r.create(c.Of.Path, c.Digest, false)
		if err != nil {
			return err
		}
		if err := copyContent(ctx, f, content, c.Bytes, c.Digest, c.Of.More.Holes); err != nil {
			return errors.Join(err, f.Remove())
		}
		flaw, err = f.Finish(c.Of.Size, c.Of.File)
		return err
	})
	if err != nil {
		return err
	}
	r.flaw(c.Of.Path, flaw)
	r.done(c.Of.Path, &r.report.Files, c.Of.Size)
	return nil
}

// create begins or continues a file.
func (r *run) create(path string, digest record.Digest, keep bool) (f *tree.File, err error) {
	begin := r.tree.Create
	if keep {
		begin = r.tree.Continue
	}
	err = r.within(path, func() (err error) {
		f, err = begin(path, digest)
		return err
	})
	return f, err
}

// copyContent writes a content to a file, and compares its digest. Zero bytes in a hole are not
// written.
func copyContent(ctx context.Context, f io.WriterAt, content io.Reader, size int64, digest record.Digest, holes []record.Extent) error {
	hash := sha256.New()
	buffer := make([]byte, min(size+1, 256<<10)) // one byte more, to see the end
	to := &sparse{to: f, holes: holes}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := io.ReadFull(content, buffer)
		hash.Write(buffer[:n])
		if err := to.write(buffer[:n]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && n < len(buffer) {
			break
		}
		if err != nil {
			return damaged(err)
		}
	}
	if got := record.Digest(hash.Sum(nil)); got != digest {
		return vault.Errorf(vault.ErrChecksum, "its content has the SHA-256 %x, and %x is on record", got, digest)
	}
	return nil
}
