package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"firn/internal/disk"
	"firn/internal/humane"
	"firn/internal/seal"
	"firn/vault"
)

// sealBuffer is how many bytes are read at a time while a file is encrypted.
const sealBuffer = 1 << 20

// seal encrypts a file into the spool, as the file at, which is complete and durable before it has
// this name.
func (s *Spool) seal(ctx context.Context, plain *Source, at string) error {
	err := os.MkdirAll(s.dir, 0o700)
	if err == nil {
		err = disk.SyncDirectory(filepath.Dir(s.dir))
	}
	if err != nil {
		return fmt.Errorf("make the spool: %w", err)
	}
	part, err := lockPart(s.prefix(plain.Identity.Path) + ".part")
	if err != nil {
		return err
	}
	err = s.removeAll(plain.Identity.Path, at)
	if err == nil {
		if _, there := os.Stat(at); there == nil { // another process has encrypted it meanwhile
			return errors.Join(os.Remove(part.Name()), part.Close())
		}
		err = s.write(ctx, plain, part)
	}
	if runtime.GOOS == "windows" { // it renames no open file; elsewhere the lock holds until the end
		err = errors.Join(err, part.Close())
	}
	if err == nil {
		err = os.Rename(part.Name(), at)
	}
	if runtime.GOOS != "windows" {
		err = errors.Join(err, part.Close())
	}
	if err != nil {
		return errors.Join(fmt.Errorf("encrypt %q: %w", plain.Identity.Path, err), os.Remove(part.Name()))
	}
	return disk.SyncDirectory(s.dir)
}

// lockPart opens the unfinished file of a spool, and locks it. A process that was killed leaves one
// with the beginning of an encrypted file, which nobody can continue: its key is lost.
func lockPart(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|disk.NoFollow, 0o600)
		if err != nil {
			return nil, fmt.Errorf("open the spool: %w", err)
		}
		locked, err := disk.Lock(f)
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return f, nil
		case err == nil && !locked:
			err = vault.Errorf(vault.ErrLocked, "another process encrypts the file")
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		opened, err := f.Stat()
		named, gone := os.Stat(path)
		if err == nil && gone == nil && os.SameFile(opened, named) {
			return f, nil
		}
		// Another process has given the file its name, or removed it, before it was locked.
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
}

// write encrypts a file into part, and flushes it.
func (s *Spool) write(ctx context.Context, plain *Source, part *os.File) error {
	size := s.Size(plain.Identity.Size)
	if err := part.Truncate(0); err != nil {
		return err
	}
	if free, err := disk.Free(s.dir); err == nil && free < size {
		return fmt.Errorf("%w: it has %s, and the spool %q has room for %s", ErrNoRoom, humane.Bytes(size), s.dir, humane.Bytes(free))
	}
	if s.Notice != nil {
		s.Notice(fmt.Sprintf("encrypting %q, %s", plain.Name, humane.Bytes(plain.Identity.Size)))
	}
	w, err := seal.NewWriter(part, s.to)
	if err != nil {
		return err
	}
	read, err := io.CopyBuffer(writerOnly{w}, ctxReader{ctx, io.NewSectionReader(plain.At, 0, plain.Identity.Size)}, make([]byte, sealBuffer))
	if err == nil && read != plain.Identity.Size {
		err = fmt.Errorf("%w: it became shorter", ErrSourceChanged)
	}
	if err == nil {
		_, err = plain.CheckUnchanged()
	}
	if err != nil {
		return err
	}
	return errors.Join(w.Close(), part.Sync())
}

// writerOnly hides other methods of a writer, which would not use the buffer of a copy.
type writerOnly struct{ io.Writer }

// ctxReader ends with the cause of a context.
type ctxReader struct {
	ctx context.Context
	io.Reader
}

func (r ctxReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.Reader.Read(p)
}
