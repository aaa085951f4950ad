package leaves

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
)

// Pace returns when so many bytes may be read, at once or after a while. It ends
// with the context.
type Pace func(ctx context.Context, bytes int64) error

func atOnce(ctx context.Context, _ int64) error { return cancel.Err(ctx) }

// mended makes the leaves of an archive for a request that waits for them. Other requests
// wait meanwhile, rather than read all of the archive beside.
func (s *Store) mended(ctx context.Context, a vault.Archive) (files.File, error) {
	if err := s.mending.Lock(ctx); err != nil {
		return nil, err
	}
	defer s.mending.Unlock()
	if leaves, err := s.open(ctx, a); err == nil || ctx.Err() != nil {
		return leaves, err
	}
	data, err := s.archives.OpenOrKept(a.ID)
	if err != nil {
		return nil, err
	}
	defer data.Close()
	info, err := data.Stat()
	if err != nil {
		return nil, err
	}
	if s.unmendable.remembers(a.ID, info) {
		return nil, damagedSomewhere(a, errNotItsBytes)
	}
	err = s.Mend(ctx, a, data, atOnce)
	if errors.Is(err, errNotItsBytes) {
		s.unmendable.remember(a.ID, info)
	}
	if err != nil {
		return nil, err
	}
	return s.open(ctx, a)
}

// Mend makes the leaves of an archive anew from its bytes, if these still have
// its tree hash. Else errors.As finds a vault.DamageError about the whole archive, because
// nobody knows which of its bytes are damaged. No lock is held while the bytes are read.
func (s *Store) Mend(ctx context.Context, a vault.Archive, data io.ReaderAt, wait Pace) error {
	fill := func(w *os.File) error { return writeLeaves(ctx, w, a, data, wait) }
	if s.files.IsReadOnly() {
		return s.files.FillLeaves(layout.ArchiveLeaves(a.ID), fill)
	}
	temp := layout.TemporaryName()
	err := durable.CreateFile(s.files.Root, temp, fill)
	if err == nil {
		err = s.put(ctx, temp, a.ID)
	}
	if err != nil {
		return errors.Join(err, durable.RemoveIfThere(s.files.Root, temp))
	}
	return nil
}

// Check compares all bytes of an archive with its tree hash, as Mend does, and writes nothing.
func Check(ctx context.Context, a vault.Archive, data io.ReaderAt, wait Pace) error {
	return writeLeaves(ctx, io.Discard, a, data, wait)
}

func writeLeaves(ctx context.Context, to io.Writer, a vault.Archive, data io.ReaderAt, wait Pace) error {
	w := bufio.NewWriter(to)
	buf := make([]byte, treehash.LeafSize)
	var all fold
	for i := range treehash.Leaves(a.Size) {
		b, err := readLeaves(ctx, a, data, Range(a, i, 1), buf, wait)
		if damage, ok := errors.AsType[*vault.DamageError](err); ok {
			return damagedSomewhere(a, damage) // other MiB may be damaged, too
		}
		if err != nil {
			return err
		}
		leaf := treehash.Sum(b)
		all.add(leaf)
		if _, err := w.Write(leaf[:]); err != nil {
			return err
		}
	}
	if all.root() != a.TreeHash {
		return damagedSomewhere(a, errNotItsBytes)
	}
	return w.Flush()
}

// put gives a file of leaves its name, unless the archive was deleted meanwhile.
func (s *Store) put(ctx context.Context, temp string, id vault.ArchiveID) error {
	if err := s.access.RLock(ctx); err != nil {
		return err
	}
	defer s.access.RUnlock()
	data, leaves, err := s.archives.Paths(id)
	if err != nil {
		return err
	}
	there, err := durable.IsThere(s.files.Root, data)
	if err == nil && !there {
		err = fmt.Errorf("archive %q: %w", id, vault.ErrNotFound)
	}
	if err == nil {
		err = s.count.Begin(id)
	}
	if err != nil {
		return err
	}
	defer s.count.End(id)
	if err := s.files.Root.Rename(temp, leaves); err != nil {
		return err
	}
	err = durable.SyncDir(s.files.Root, path.Dir(leaves))
	s.access.CloseIfNotFlushed(err)
	return err
}

// errNotItsBytes is in the error about bytes of an archive that do not have its hash.
var errNotItsBytes = fmt.Errorf("%w: the bytes do not have the hash of those that were stored", durable.ErrDamaged)

// damagedSomewhere is the error about an archive some of whose bytes are damaged, where
// nobody knows which.
func damagedSomewhere(a vault.Archive, cause error) error {
	return &vault.DamageError{
		Archive: a.ID, Range: vault.Range{Size: a.Size}, Somewhere: true,
		Cause: fmt.Errorf("%w, and the hashes of its MiB are lost", cause),
	}
}
