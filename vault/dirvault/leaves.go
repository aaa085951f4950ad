package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"firn/treehash"
	"firn/vault"
)

// The leaves of an archive are the SHA-256 of each of its MiB, 32 bytes one
// behind the other. They are taken while its parts come in, so that the hash of
// a range follows without reading the range. Nothing but time is lost with them:
// uploads whose part size is no multiple of a MiB have none, and neither has
// what was stored before firn kept them.

// leafBytes is the size of a leaf in the file.
const leafBytes = int64(len(treehash.Hash{}))

func archiveLeaves(id vault.ArchiveID) string { return archiveData(id) + ".leaves" }

// withLeaves opens the leaves of an upload for do, which writes those of the part
// at offset, and flushes them. Where none are kept do writes to nowhere.
func (u *upload) withLeaves(offset int64, do func(leaves io.Writer) error) error {
	f, err := u.dir.OpenFile(u.path(leavesFile), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return do(io.Discard)
	}
	if err != nil {
		return err
	}
	err = do(io.NewOffsetWriter(f, offset/treehash.LeafSize*leafBytes))
	if err == nil {
		err = flush(f)
	}
	return errors.Join(err, f.Close())
}

// giveLeaves copies the leaves of an upload to those of the archive that it
// becomes, durably. Like the truth they mean nothing while the bytes are absent.
// An archive of one leaf needs none: its tree hash is the leaf.
func (u *upload) giveLeaves(t *truth) error {
	n := treehash.Leaves(t.Size)
	if n == 1 {
		return nil
	}
	f, err := u.dir.Open(u.path(leavesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return fillFile(u.dir, archiveLeaves(t.ID), func(w *os.File) error {
		_, err := io.Copy(w, io.LimitReader(f, n*leafBytes))
		return err
	})
}

// node returns the tree hash of a range that is a node of the archive's tree. It
// reads the range itself only if there are no leaves that can be trusted.
func (v *Vault) node(ctx context.Context, a vault.Archive, r vault.Range) (treehash.Hash, error) {
	if r.Size == a.Size {
		return a.TreeHash, nil
	}
	hash, err := v.nodeOfLeaves(ctx, a, r)
	if err == nil || ctx.Err() != nil {
		return hash, err
	}
	return rangeHash(ctx, v.dir, archiveData(a.ID), r)
}

func (v *Vault) nodeOfLeaves(ctx context.Context, a vault.Archive, r vault.Range) (treehash.Hash, error) {
	f, err := v.dir.Open(archiveLeaves(a.ID))
	if err != nil {
		return treehash.Hash{}, err
	}
	defer f.Close()
	if err := v.leaves.check(ctx, a, f); err != nil {
		return treehash.Hash{}, err
	}
	return foldLeaves(ctx, f, r.Offset/treehash.LeafSize, treehash.Leaves(r.Size))
}

// leafChecks remembers which files of leaves were found good, because finding out
// means to read all of the file.
type leafChecks struct {
	mu   sync.Mutex
	good map[vault.ArchiveID]fs.FileInfo // of the file that was checked
}

// maxLeafChecks is how many files are remembered.
const maxLeafChecks = 256

// check returns nil if f holds the leaves of a: one for each MiB, and together
// they have its tree hash.
func (c *leafChecks) check(ctx context.Context, a vault.Archive, f *os.File) error {
	info, err := f.Stat()
	if err != nil || c.remembers(a.ID, info) {
		return err
	}
	n := treehash.Leaves(a.Size)
	if info.Size() != n*leafBytes {
		return fmt.Errorf("%s: %w: %d bytes for %d leaves", f.Name(), errDamaged, info.Size(), n)
	}
	root, err := foldLeaves(ctx, f, 0, n)
	if err != nil {
		return err
	}
	if root != a.TreeHash {
		return fmt.Errorf("%s: %w: the leaves have tree hash %s, the archive has %s", f.Name(), errDamaged, root, a.TreeHash)
	}
	c.remember(a.ID, info)
	return nil
}

func (c *leafChecks) remembers(id vault.ArchiveID, info fs.FileInfo) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	checked, there := c.good[id]
	return there && os.SameFile(checked, info) && checked.Size() == info.Size() && checked.ModTime().Equal(info.ModTime())
}

func (c *leafChecks) remember(id vault.ArchiveID, info fs.FileInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.good == nil || len(c.good) >= maxLeafChecks {
		c.good = make(map[vault.ArchiveID]fs.FileInfo)
	}
	c.good[id] = info
}

// foldedAtOnce is how many leaves are read at a time: a node of the tree.
const foldedAtOnce = 4096

// foldLeaves returns the tree hash over n leaves of a file, from the first on.
// The caller guarantees that they make up a node.
func foldLeaves(ctx context.Context, f io.ReaderAt, first, n int64) (treehash.Hash, error) {
	buf := make([]byte, min(n, foldedAtOnce)*leafBytes)
	leaves := make([]treehash.Hash, 0, min(n, foldedAtOnce))
	var nodes []treehash.Hash
	for end := first + n; first < end; first += foldedAtOnce {
		if err := cancelled(ctx); err != nil {
			return treehash.Hash{}, err
		}
		buf = buf[:min(end-first, foldedAtOnce)*leafBytes]
		if read, err := f.ReadAt(buf, first*leafBytes); read < len(buf) {
			return treehash.Hash{}, fmt.Errorf("read leaf %d and those behind it: %w", first, err)
		}
		leaves = leaves[:0]
		for b := buf; len(b) > 0; b = b[leafBytes:] {
			leaves = append(leaves, treehash.Hash(b[:leafBytes]))
		}
		nodes = append(nodes, treehash.Combine(leaves))
	}
	return treehash.Combine(nodes), nil
}
