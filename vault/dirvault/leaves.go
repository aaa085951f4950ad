package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// The leaves of an archive are the SHA-256 of each of its MiB, 32 bytes one
// behind the other. They are taken while its parts come in, so that the hash of
// a range follows without reading the range. Nothing but time is lost with them:
// uploads whose part size is no multiple of a MiB have none, and neither has
// what was stored before firn kept them.

// leafBytes is the size of a leaf in the file.
const leafBytes = int64(len(treehash.Hash{}))

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
	return durable.FillFile(u.dir, layout.ArchiveLeaves(t.ID), func(w *os.File) error {
		_, err := io.Copy(w, io.LimitReader(f, n*leafBytes))
		return err
	})
}

// node returns the tree hash of a range that is a node of the archive's tree. It
// reads the range itself only if there are no leaves that can be trusted and none
// have to be made.
func (v *Vault) node(ctx context.Context, a vault.Archive, r vault.Range) (treehash.Hash, error) {
	if r.Size == a.Size {
		return a.TreeHash, nil
	}
	leaves, err := v.openLeaves(ctx, a)
	if err != nil && ctx.Err() == nil {
		if !v.options.VerifyReads {
			data, _, err := v.bytesAndLeaves(a.ID)
			if err != nil {
				return treehash.Hash{}, err
			}
			return rangeHash(ctx, v.dir, data, r)
		}
		leaves, err = v.mendedLeaves(ctx, a)
	}
	if err != nil {
		return treehash.Hash{}, err
	}
	defer leaves.Close()
	return foldLeaves(ctx, leaves, r.Offset/treehash.LeafSize, treehash.Leaves(r.Size))
}

// openLeaves opens the leaves of an archive, if they are there and can be trusted.
func (v *Vault) openLeaves(ctx context.Context, a vault.Archive) (file, error) {
	f, err := v.openFile(layout.ArchiveLeaves(a.ID))
	if errors.Is(err, fs.ErrNotExist) {
		f, err = v.openFile(layout.KeptLeaves(a.ID))
	}
	if err != nil {
		return nil, err
	}
	if err := v.leaves.Check(ctx, a, f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// check returns nil if f holds the leaves of a: one for each MiB, and together
// they have its tree hash.
func (c *checkedFiles) Check(ctx context.Context, a vault.Archive, f file) error {
	info, err := f.Stat()
	if err != nil || c.remembers(a.ID, info) {
		return err
	}
	if err := checkLeaves(ctx, a, f, info.Size()); err != nil {
		return err
	}
	c.remember(a.ID, info)
	return nil
}

// checkLeaves is check for a file of size bytes, read whatever is remembered.
func checkLeaves(ctx context.Context, a vault.Archive, f file, size int64) error {
	n := treehash.Leaves(a.Size)
	if size != n*leafBytes {
		return fmt.Errorf("%s: %w: %d bytes for %d leaves", f.Name(), durable.ErrDamaged, size, n)
	}
	root, err := foldLeaves(ctx, f, 0, n)
	if err != nil {
		return err
	}
	if root != a.TreeHash {
		return fmt.Errorf("%s: %w: the leaves have tree hash %s, the archive has %s", f.Name(), durable.ErrDamaged, root, a.TreeHash)
	}
	return nil
}

// foldedAtOnce is how many leaves are folded at a time: a node of the tree.
const foldedAtOnce = 4096

// foldLeaves returns the tree hash over n leaves of a file, from the first on, as that
// of bytes which have these leaves and no others. In the tree of the archive it is a
// node if they make one up.
func foldLeaves(ctx context.Context, f io.ReaderAt, first, n int64) (treehash.Hash, error) {
	buf := make([]byte, min(n, foldedAtOnce)*leafBytes)
	var all fold
	for end := first + n; first < end; first += foldedAtOnce {
		if err := cancelled(ctx); err != nil {
			return treehash.Hash{}, err
		}
		buf = buf[:min(end-first, foldedAtOnce)*leafBytes]
		if read, err := f.ReadAt(buf, first*leafBytes); read < len(buf) {
			return treehash.Hash{}, fmt.Errorf("read leaf %d and those behind it: %w", first, err)
		}
		for b := buf; len(b) > 0; b = b[leafBytes:] {
			all.add(treehash.Hash(b[:leafBytes]))
		}
	}
	return all.root(), nil
}

// fold makes the tree hash of leaves that come one after the other, and holds
// few of them.
type fold struct {
	leaves []treehash.Hash // fewer than foldedAtOnce
	nodes  []treehash.Hash // of foldedAtOnce leaves each
}

func (f *fold) add(leaf treehash.Hash) {
	f.leaves = append(f.leaves, leaf)
	if len(f.leaves) == foldedAtOnce {
		f.nodes = append(f.nodes, treehash.Combine(f.leaves))
		f.leaves = f.leaves[:0]
	}
}

// root is the tree hash of all leaves, of which there is one at least.
func (f *fold) root() treehash.Hash {
	if len(f.leaves) > 0 {
		return treehash.Combine(append(f.nodes, treehash.Combine(f.leaves)))
	}
	return treehash.Combine(f.nodes)
}
