package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sync/errgroup"

	"firn/depot"
	"firn/internal/disk"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// partFile is an unfinished file, open and, if the file system has locks, locked. Its first
// byte is the first byte of the wanted range.
type partFile struct {
	file     *os.File
	root     *os.Root // directory of the file
	name     string   // name in that directory
	path     string   // path for messages
	want     vault.Range
	info     fs.FileInfo // identity of the file
	unlocked bool        // the file system has no locks
}

// failure adds the file's path to an error, and ErrNoSpace if the disk is full.
func (p *partFile) failure(err error) error {
	if disk.IsFull(err) {
		return fmt.Errorf("%w for %q: %w", ErrNoSpace, p.path, err)
	}
	return fmt.Errorf("%q: %w", p.path, err)
}

// WriteAt writes bytes at their offset within the archive.
func (p *partFile) WriteAt(b []byte, offset int64) (int, error) {
	return p.file.WriteAt(b, offset-p.want.Offset)
}

// ReadAt reads bytes at their offset within the archive.
func (p *partFile) ReadAt(b []byte, offset int64) (int, error) {
	return p.file.ReadAt(b, offset-p.want.Offset)
}

// verify reports for each segment whether the file has its bytes.
func (p *partFile) verify(ctx context.Context, segments []record.Segment, cores int) ([]bool, error) {
	verified := make([]bool, len(segments))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cores)
	for i, s := range segments {
		group.Go(func() error {
			bytes := io.NewSectionReader(p.file, s.Offset-p.want.Offset, s.Size)
			hash, err := treehash.TreeAt(ctx, bytes, s.Size, 1)
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return nil // the file is too short
			}
			verified[i] = hash == s.TreeHash
			return err
		})
	}
	return verified, group.Wait()
}

// flush makes the file durable, without its mark, with the permissions of the user's new files
// and with the time that setTime gives it. It removes the mark after the bytes before it are on
// the disk, so a file without a mark either has all bytes or is not recognised as ours. After a
// failure no byte of the file can be trusted, even if it reads well: the system may have
// dropped bytes that it could not write.
func (p *partFile) flush(setTime func()) error {
	mode, err := modeOfNewFiles(p.root)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		p.file.Sync,
		func() error { return p.file.Truncate(p.want.Size) },
		func() error { return p.file.Chmod(mode) },
		func() error { setTime(); return nil },
		p.file.Sync,
	} {
		if err := step(); err != nil {
			return p.failure(fmt.Errorf("%w: %w", errNotFlushed, err))
		}
	}
	return nil
}

var errNotFlushed = errors.New("the written bytes could not be flushed to the disk and were discarded")

// modeOfNewFiles returns the permissions that the user's umask leaves of 0666. A process cannot
// read its umask without changing it, so modeOfNewFiles creates a file and looks at it.
func modeOfNewFiles(root *os.Root) (fs.FileMode, error) {
	name := ".firn-" + depot.NewToken()
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close(), root.Remove(name)); err != nil {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

// close closes the file, which releases the lock. A second call does nothing.
func (p *partFile) close() error {
	if err := p.file.Close(); !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}

// discard removes the file and closes it.
func (p *partFile) discard() error { return errors.Join(p.removeName(), p.close()) }

// removeName removes the name of the unfinished file, unless another file has it now.
func (p *partFile) removeName() error {
	if p.checkName() != nil {
		return nil //nolint:nilerr // it has no name to remove
	}
	if !renamesOpenFiles {
		if err := p.close(); err != nil {
			return err
		}
	}
	if err := p.root.Remove(p.name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
