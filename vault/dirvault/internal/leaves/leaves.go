// Package leaves keeps the hash of each MiB of an archive, compares bytes with these hashes,
// and makes them anew from good bytes.
//
// The leaves of an archive are the SHA-256 of each of its MiB, 32 bytes one
// behind the other. They are taken while its parts come in, so that the hash of
// a range is known without reading the range. They only save time: uploads whose part size
// is no multiple of a MiB have none, and neither have archives that were stored before firn
// kept leaves.
package leaves

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
	"firn/vault/dirvault/internal/archives"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/count"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/rwlock"
)

// Size is the size in bytes of the hash of a leaf in a file of leaves.
const Size = int64(len(treehash.Hash{}))

// Store has the leaves of the archives of one vault.
type Store struct {
	files    *files.Dir
	archives *archives.Archives
	count    *count.Count
	access   *rwlock.Lock // held while leaves get their name
	make     bool         // leaves that are missing are made when a hash is needed

	damaged    knownDamage
	good       checkedFiles // files of leaves that have the archive's tree hash
	unmendable checkedFiles // files of bytes that do not
	buffers    sync.Pool    // of *buffer
	mending    *rwlock.Lock // held alone while leaves are made for a request
}

// NewStore returns the leaves of the archives of a vault. Leaves that it makes get their name
// while access is held beside others and the archive is announced to the count. With verify,
// a hash of a range never comes from bytes that were not compared.
func NewStore(
	dir *files.Dir, all *archives.Archives, n *count.Count, access *rwlock.Lock, verify bool,
) *Store {
	return &Store{files: dir, archives: all, count: n, access: access, make: verify, mending: rwlock.New()}
}

// Hash returns the tree hash of a range of an archive if the range is a node
// of its tree, else the zero Hash.
func (s *Store) Hash(ctx context.Context, a vault.Archive, r vault.Range) (treehash.Hash, error) {
	if r.Size < a.Size && !treehash.Aligned(r.Offset, r.End()-1, a.Size) {
		return treehash.Hash{}, nil
	}
	hash, err := s.node(ctx, a, r)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("archive %q: %w", a.ID, vault.ErrNotFound)
	}
	return hash, err
}

// node returns the tree hash of a range that is a node of the archive's tree. It
// reads the range itself only if there are no good leaves and none must be made.
func (s *Store) node(ctx context.Context, a vault.Archive, r vault.Range) (treehash.Hash, error) {
	if r.Size == a.Size {
		return a.TreeHash, nil
	}
	leaves, err := s.open(ctx, a)
	if err != nil && ctx.Err() == nil {
		if !s.make {
			data, _, err := s.archives.Paths(a.ID)
			if err != nil {
				return treehash.Hash{}, err
			}
			return RangeHash(ctx, s.files.Root, data, r)
		}
		leaves, err = s.mended(ctx, a)
	}
	if err != nil {
		return treehash.Hash{}, err
	}
	defer leaves.Close()
	return foldLeaves(ctx, leaves, r.Offset/treehash.LeafSize, treehash.Leaves(r.Size))
}

// open opens the leaves of an archive, if they are there and have its tree hash.
func (s *Store) open(ctx context.Context, a vault.Archive) (files.File, error) {
	f, err := s.files.Open(layout.ArchiveLeaves(a.ID))
	if errors.Is(err, fs.ErrNotExist) {
		f, err = s.files.Open(layout.KeptLeaves(a.ID))
	}
	if err != nil {
		return nil, err
	}
	if err := s.good.check(ctx, a, f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// check returns nil if f holds the leaves of a: one for each MiB, and together
// they have its tree hash.
func (c *checkedFiles) check(ctx context.Context, a vault.Archive, f files.File) error {
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

// checkLeaves is check for a file of size bytes, and reads it in any case.
func checkLeaves(ctx context.Context, a vault.Archive, f files.File, size int64) error {
	n := treehash.Leaves(a.Size)
	if size != n*Size {
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

// foldLeaves returns the tree hash of bytes that have n leaves of a file, from the first on.
// It is a node in the tree of the archive if the leaves are those below a node.
func foldLeaves(ctx context.Context, f io.ReaderAt, first, n int64) (treehash.Hash, error) {
	buf := make([]byte, min(n, foldedAtOnce)*Size)
	var all fold
	for end := first + n; first < end; first += foldedAtOnce {
		if err := cancel.Err(ctx); err != nil {
			return treehash.Hash{}, err
		}
		buf = buf[:min(end-first, foldedAtOnce)*Size]
		if read, err := f.ReadAt(buf, first*Size); read < len(buf) {
			return treehash.Hash{}, fmt.Errorf("read leaf %d and those behind it: %w", first, err)
		}
		for b := buf; len(b) > 0; b = b[Size:] {
			all.add(treehash.Hash(b[:Size]))
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

// RangeHash reads a file, or a range of it, for its tree hash.
func RangeHash(ctx context.Context, dir *os.Root, name string, r vault.Range) (treehash.Hash, error) {
	f, err := dir.Open(name)
	if err != nil {
		return treehash.Hash{}, err
	}
	defer f.Close()
	sums, err := treehash.Read(ctx, io.NewSectionReader(f, r.Offset, r.Size), make([]byte, 256<<10))
	if err == nil && sums.Size != r.Size {
		err = fmt.Errorf("%s: %w: it ends after %d bytes", name, durable.ErrDamaged, r.Offset+sums.Size)
	}
	return sums.Tree, err
}
