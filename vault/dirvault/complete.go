package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// CompleteUpload publishes the archive without copying a byte. Repeated, it
// returns the same id for as long as the archive is there.
func (v *Vault) CompleteUpload(ctx context.Context, id vault.UploadID, c vault.Completion) (vault.ArchiveID, error) {
	if err := v.lockToWrite(ctx); err != nil {
		return "", fmt.Errorf("complete upload %q: %w", id, err)
	}
	defer v.access.RUnlock()
	archive, err := layout.ArchiveIDOf(id)
	if err != nil {
		return "", err
	}
	err = v.completeUpload(ctx, id, archive, c)
	if errors.Is(err, vault.ErrNotFound) {
		err = v.completedBefore(id, archive, c)
	}
	if err != nil {
		return "", fmt.Errorf("complete upload %q: %w", id, err)
	}
	return archive, nil
}

func (v *Vault) completeUpload(ctx context.Context, id vault.UploadID, archive vault.ArchiveID, c vault.Completion) error {
	u, err := v.use(id)
	if err != nil {
		return err
	}
	if err := u.access.Lock(ctx); err != nil {
		return err
	}
	defer u.access.Unlock()
	parts, err := u.journal.list()
	if err != nil {
		return err
	}
	if err := compareParts(parts, c); err != nil {
		return err
	}
	hash, err := u.treeHash(ctx, parts, c.Size)
	if err != nil {
		return err
	}
	if hash != c.TreeHash {
		return &vault.ChecksumError{Sent: c.TreeHash, Computed: hash}
	}
	return v.publish(ctx, u, &truth{
		Version:     durable.FormatVersion,
		ID:          archive,
		Description: u.Description,
		Size:        c.Size,
		TreeHash:    hash,
		Created:     v.options.now(),
	})
}

// completedBefore finds the archive of an upload that is no more.
func (v *Vault) completedBefore(id vault.UploadID, archive vault.ArchiveID, c vault.Completion) error {
	a, err := v.archive(archive)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return fmt.Errorf("no such upload, and no archive that it became: %w", vault.ErrNotFound)
	case err != nil:
		return err
	case a.Size != c.Size:
		return fmt.Errorf("it was completed before, with %d bytes rather than %d: %w", a.Size, c.Size, vault.ErrInvalid)
	case a.TreeHash != c.TreeHash:
		return &vault.ChecksumError{Sent: c.TreeHash, Computed: a.TreeHash}
	}
	return nil
}

// compareParts holds what the caller believes against what is there.
func compareParts(parts []vault.Part, c vault.Completion) error {
	var end int64
	for _, p := range parts {
		if p.Offset != end {
			return fmt.Errorf("bytes %d to %d are missing: %w", end, p.Offset-1, vault.ErrInvalid)
		}
		end += p.Size
	}
	if end != c.Size {
		return fmt.Errorf("its parts have %d bytes, not %d: %w", end, c.Size, vault.ErrInvalid)
	}
	if len(parts) != len(c.Parts) {
		return fmt.Errorf("it has %d parts, not %d: %w", len(parts), len(c.Parts), vault.ErrInvalid)
	}
	for i, p := range parts {
		given := c.Parts[i]
		if given.Offset != p.Offset || given.Size != p.Size {
			return fmt.Errorf("part %d has %d bytes at byte %d, not %d at %d: %w",
				i+1, p.Size, p.Offset, given.Size, given.Offset, vault.ErrInvalid)
		}
		if given.TreeHash != p.TreeHash {
			return fmt.Errorf("part %d: %w", i+1, &vault.ChecksumError{Sent: given.TreeHash, Computed: p.TreeHash})
		}
	}
	return nil
}

// treeHash is made from the hashes of the parts, which were proved when they
// came, unless the part size forbids it: then the bytes are read again.
func (u *upload) treeHash(ctx context.Context, parts []vault.Part, size int64) (treehash.Hash, error) {
	if leaves := u.PartSize / treehash.LeafSize; len(parts) > 1 &&
		(u.PartSize%treehash.LeafSize != 0 || bits.OnesCount64(uint64(leaves)) != 1) {
		return rangeHash(ctx, u.dir, u.path(dataFile), vault.Range{Size: size})
	}
	pieces := make([]treehash.Hash, len(parts))
	for i, p := range parts {
		pieces[i] = p.TreeHash
	}
	return treehash.Combine(pieces), nil
}

// rangeHash reads a file, or a piece of it, for its tree hash.
func rangeHash(ctx context.Context, dir *os.Root, name string, r vault.Range) (treehash.Hash, error) {
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

// publish makes an archive of the upload's data. Until the rename nothing is
// visible and everything can be repeated; after it, whoever looks finds the
// archive whole. The caller holds the upload's lock
// alone.
func (v *Vault) publish(ctx context.Context, u *upload, t *truth) error {
	if err := v.status.beginChange(v.options.now()); err != nil {
		return err
	}
	defer v.status.endChange()
	if err := v.count.begin(t.ID); err != nil {
		return err
	}
	defer v.count.end(t.ID)
	if err := u.fit(t.Size); err != nil {
		u.access.CloseIfNotFlushed(err)
		return err
	}
	if err := v.place(ctx, u, t); err != nil {
		v.unplace(t.ID)
		return err
	}
	v.forget(u)
	err := errors.Join(durable.SyncDir(v.dir, layout.ArchivesDir), durable.SyncDir(v.dir, u.path("")))
	if err != nil {
		v.access.CloseIfNotFlushed(err)
		return err
	}
	// The archive is there. What fails from here on is mended when the vault is
	// opened, or is only a courtesy: a mode that guards against slips.
	_ = v.dir.Chmod(layout.ArchiveData(t.ID), 0o444)
	_ = v.dir.RemoveAll(u.path(""))
	return nil
}

// place writes what is known of an archive and then gives its bytes their name.
func (v *Vault) place(ctx context.Context, u *upload, t *truth) error {
	if err := durable.WriteDocument(v.dir, layout.ArchiveTruth(t.ID), t); err != nil {
		return err
	}
	if err := u.giveLeaves(t); err != nil {
		return err
	}
	if err := cancelled(ctx); err != nil {
		return err
	}
	return v.dir.Rename(u.path(dataFile), layout.ArchiveData(t.ID))
}

// unplace removes what is known of an archive that was not published after all. If that
// fails it is found when the vault is opened the next time. What there is of an archive
// whose bytes are there, or may be, stays: a file system may say of a rename that was done
// that it failed.
func (v *Vault) unplace(id vault.ArchiveID) {
	there, err := durable.IsThere(v.dir, layout.ArchiveData(id))
	if err == nil && !there {
		err = errors.Join(durable.RemoveIfThere(v.dir, layout.ArchiveTruth(id)), durable.RemoveIfThere(v.dir, layout.ArchiveLeaves(id)))
	}
	if err != nil {
		v.count.forgo()
		v.leftOver(err)
	}
}

// fit makes the data file as long as its parts. It may be longer, when a part
// that failed, was replaced or is on its way reached further. What has come of the
// latter goes, so that its request cannot store the rest of it behind a hole, should
// the upload go on. The caller holds the upload's lock alone.
func (u *upload) fit(size int64) error {
	return u.withData(func(data *os.File) error {
		info, err := data.Stat()
		if err != nil {
			return err
		}
		if info.Size() == size {
			return nil
		}
		if info.Size() < size {
			return fmt.Errorf("%s: %w: it has %d bytes of %d", data.Name(), durable.ErrDamaged, info.Size(), size)
		}
		u.loseAll()
		if err := data.Truncate(size); err != nil {
			return err
		}
		return durable.Flush(data)
	})
}
