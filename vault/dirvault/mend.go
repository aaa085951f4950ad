package dirvault

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
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// pace lets the reading of so many bytes begin, at once or after a while. It ends
// with the context.
type pace func(ctx context.Context, bytes int64) error

func atOnce(ctx context.Context, _ int64) error { return cancelled(ctx) }

// mendedLeaves makes the leaves of an archive for somebody who waits for them. Who
// comes meanwhile waits, too, rather than reading all of the archive beside.
func (v *Vault) mendedLeaves(ctx context.Context, a vault.Archive) (file, error) {
	if err := v.mending.Lock(ctx); err != nil {
		return nil, err
	}
	defer v.mending.Unlock()
	if leaves, err := v.openLeaves(ctx, a); err == nil || ctx.Err() != nil {
		return leaves, err
	}
	data, err := v.openBytes(a.ID)
	if err != nil {
		return nil, err
	}
	defer data.Close()
	info, err := data.Stat()
	if err != nil {
		return nil, err
	}
	if v.unprovable.remembers(a.ID, info) {
		return nil, nobodyKnowsWhere(a, errNotItsBytes)
	}
	err = v.mendLeaves(ctx, a, data, atOnce)
	if errors.Is(err, errNotItsBytes) {
		v.unprovable.remember(a.ID, info)
	}
	if err != nil {
		return nil, err
	}
	return v.openLeaves(ctx, a)
}

// mendLeaves makes the leaves of an archive anew from its bytes, if these still have
// its tree hash. Else all of the archive is damaged, for all that can be known.
// Nothing is held that would keep anybody from anything while the bytes are read.
func (v *Vault) mendLeaves(ctx context.Context, a vault.Archive, data io.ReaderAt, wait pace) error {
	fill := func(w *os.File) error { return writeLeaves(ctx, w, a, data, wait) }
	if v.aside != nil {
		return v.aside.fillLeaves(layout.ArchiveLeaves(a.ID), fill)
	}
	temp := layout.TemporaryName()
	err := durable.CreateFile(v.dir, temp, fill)
	if err == nil {
		err = v.putLeaves(ctx, temp, a.ID)
	}
	if err != nil {
		return errors.Join(err, durable.RemoveIfThere(v.dir, temp))
	}
	return nil
}

func writeLeaves(ctx context.Context, to io.Writer, a vault.Archive, data io.ReaderAt, wait pace) error {
	w := bufio.NewWriter(to)
	buf := make([]byte, treehash.LeafSize)
	var all fold
	for i := range treehash.Leaves(a.Size) {
		b, err := readLeaves(ctx, a, data, leafRange(a, i, 1), buf, wait)
		if damage, ok := errors.AsType[*vault.DamageError](err); ok {
			return nobodyKnowsWhere(a, damage) // in what else
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
		return nobodyKnowsWhere(a, errNotItsBytes)
	}
	return w.Flush()
}

// putLeaves gives leaves their place, unless the archive has gone meanwhile.
func (v *Vault) putLeaves(ctx context.Context, temp string, id vault.ArchiveID) error {
	if err := v.access.RLock(ctx); err != nil {
		return err
	}
	defer v.access.RUnlock()
	data, leaves, err := v.bytesAndLeaves(id)
	if err != nil {
		return err
	}
	there, err := durable.IsThere(v.dir, data)
	if err == nil && !there {
		err = fmt.Errorf("archive %q: %w", id, vault.ErrNotFound)
	}
	if err == nil {
		err = v.count.begin(id)
	}
	if err != nil {
		return err
	}
	defer v.count.end(id)
	if err := v.dir.Rename(temp, leaves); err != nil {
		return err
	}
	err = durable.SyncDir(v.dir, path.Dir(leaves))
	v.access.CloseIfNotFlushed(err)
	return err
}

// errNotItsBytes: the bytes of an archive, or its leaves, do not have its hash.
var errNotItsBytes = fmt.Errorf("%w: the bytes do not have the hash of those that were stored", durable.ErrDamaged)

func nobodyKnowsWhere(a vault.Archive, cause error) error {
	return &vault.DamageError{
		Archive: a.ID, Range: vault.Range{Size: a.Size}, Somewhere: true,
		Cause: fmt.Errorf("%w, and the hashes of its MiB are lost", cause),
	}
}
