package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"firn/internal/disk"
	"firn/internal/seal"
	"firn/pack"
	"firn/record"
	"firn/treehash"
)

// packFile is a pack that is being written into the spool.
type packFile struct {
	*pack.Writer
	saved  record.Pack
	file   *os.File
	tree   *treehash.TreeHasher // of what was written into the file
	sealed *seal.Writer         // nil: it is not encrypted
	isUsed bool                 // it has more than the snapshots
	added  int64                // bytes of contents that the vault did not have
	told   []record.Snapshot
}

// fileName is the name of a pack in the spool.
func fileName(id string) string { return id + ".pack" }

// create makes the file of a pack that is on record.
func (r *run) create(p record.Pack) (f *packFile, err error) {
	path := filepath.Join(r.spool, fileName(p.ID))
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("begin a pack in the spool: %w", err)
	}
	f = &packFile{saved: p, file: file, tree: treehash.NewTree()}
	out := io.MultiWriter(file, f.tree)
	if len(r.to) > 0 {
		if f.sealed, err = seal.NewWriter(out, r.to); err != nil {
			return nil, errors.Join(err, f.discard())
		}
		out = f.sealed
	}
	f.Writer, err = pack.NewWriter(out, pack.WriterOptions{ID: p.ID, Created: p.Created, Level: r.Level, TempDir: r.spool})
	if err != nil {
		return nil, errors.Join(err, f.discard())
	}
	return f, nil
}

// discard gives the pack up and removes its file.
func (f *packFile) discard() error {
	if f.Writer != nil {
		f.Abort()
	}
	err := f.file.Close()
	if errors.Is(err, os.ErrClosed) { // it could not be completed
		err = nil
	}
	return errors.Join(err, os.Remove(f.file.Name()))
}

// complete ends the pack, makes its file durable, and returns what the record has of it.
func (f *packFile) complete() (p record.Pack, err error) {
	p = f.saved
	tail, err := f.Close()
	if err == nil && f.sealed != nil {
		err = f.sealed.Close()
	}
	if err == nil {
		err = f.file.Sync()
	}
	var info os.FileInfo
	if err == nil {
		info, err = f.file.Stat()
	}
	if err == nil {
		p.State, p.Size, p.PlainSize, p.Tail, p.IndexDigest = record.Spooled, info.Size(), tail.PackSize, f.End(), tail.IndexDigest[:]
		p.TreeHash = f.tree.Sum()
		err = f.keepKeys(&p)
	}
	if err = errors.Join(err, f.file.Close()); err != nil {
		return p, fmt.Errorf("complete a pack in the spool: %w", err)
	}
	return p, disk.SyncDirectory(filepath.Dir(f.file.Name()))
}

// keepKeys sets what opens the encryption without the whole pack: its head and its last chunk.
func (f *packFile) keepKeys(p *record.Pack) error {
	if f.sealed == nil {
		return nil
	}
	p.Header = f.sealed.Head()
	layout, err := seal.NewLayout(int64(len(p.Header)), p.Size)
	if err != nil {
		return err
	}
	last := layout.Last()
	p.Last = make([]byte, last.Size)
	_, err = f.file.ReadAt(p.Last, last.Offset)
	return err
}
