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

// partFile is an unfinished file, open and, where the file system can, locked. Its
// first byte is the first of the wanted range.
type partFile struct {
	file     *os.File
	room     *os.Root // the directory that it lies in, and
	name     string   // how it is called there
	path     string   // for people
	want     vault.Range
	info     fs.FileInfo // which file it is
	unlocked bool        // the file system has no locks
}

// failure names the file in an error, and says so if there was no room for it.
func (p *partFile) failure(err error) error {
	if disk.IsFull(err) {
		return fmt.Errorf("%w for %q: %w", ErrNoSpace, p.path, err)
	}
	return fmt.Errorf("%q: %w", p.path, err)
}

// WriteAt takes bytes at their offset within the archive.
func (p *partFile) WriteAt(b []byte, offset int64) (int, error) {
	return p.file.WriteAt(b, offset-p.want.Offset)
}

// ReadAt gives bytes back at their offset within the archive.
func (p *partFile) ReadAt(b []byte, offset int64) (int, error) {
	return p.file.ReadAt(b, offset-p.want.Offset)
}

// prove reports for each segment whether the file has its bytes.
func (p *partFile) prove(ctx context.Context, segments []record.Segment, cores int) ([]bool, error) {
	proved := make([]bool, len(segments))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cores)
	for i, s := range segments {
		group.Go(func() error {
			bytes := io.NewSectionReader(p.file, s.Offset-p.want.Offset, s.Size)
			hash, err := treehash.TreeAt(ctx, bytes, s.Size, 1)
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return nil // the file was cut
			}
			proved[i] = hash == s.TreeHash
			return err
		})
	}
	return proved, group.Wait()
}

// flush makes the file durable, without its mark, readable for whom new files of this
// user are, and with the time that date gives it. The mark goes when the bytes before it are on the disk: a file
// without one either has all of them or is not taken for ours. After a failure
// nothing in the file can be trusted, not even what reads well: the system may have
// forgotten what it could not write.
func (p *partFile) flush(date func()) error {
	mode, err := modeOfNewFiles(p.room)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		p.file.Sync,
		func() error { return p.file.Truncate(p.want.Size) },
		func() error { return p.file.Chmod(mode) },
		func() error { date(); return nil },
		p.file.Sync,
	} {
		if err := step(); err != nil {
			return p.failure(fmt.Errorf("%w: %w", errNotFlushed, err))
		}
	}
	return nil
}

var errNotFlushed = errors.New("what was written could not be flushed to the disk, and nothing is kept of it")

// modeOfNewFiles is what the user's umask leaves of 0666. To ask for a umask is to
// change it for the whole process, so a file is made and looked at.
func modeOfNewFiles(room *os.Root) (fs.FileMode, error) {
	name := ".firn-" + depot.NewToken()
	f, err := room.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close(), room.Remove(name)); err != nil {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

// close ends the lock, too. It may be repeated.
func (p *partFile) close() error {
	if err := p.file.Close(); !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}

// discard removes the file and closes it.
func (p *partFile) discard() error { return errors.Join(p.removeName(), p.close()) }

// removeName takes the name of the unfinished file away, unless it is that of
// another file by now.
func (p *partFile) removeName() error {
	if p.checkName() != nil {
		return nil //nolint:nilerr // it has no name to take away
	}
	if !renamesOpenFiles {
		if err := p.close(); err != nil {
			return err
		}
	}
	if err := p.room.Remove(p.name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
