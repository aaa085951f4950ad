package dirvault

import (
	"context"
	"errors"
	"fmt"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/archives"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/uploads"
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
	err = v.uploads.Complete(ctx, id, c, func(u *uploads.Upload, hash treehash.Hash) error {
		return v.publish(ctx, u, &archives.Truth{
			Version:     durable.FormatVersion,
			ID:          archive,
			Description: u.Description,
			Size:        c.Size,
			TreeHash:    hash,
			Created:     v.options.now(),
		})
	})
	if errors.Is(err, vault.ErrNotFound) {
		err = v.completedBefore(archive, c)
	}
	if err != nil {
		return "", fmt.Errorf("complete upload %q: %w", id, err)
	}
	return archive, nil
}

// completedBefore compares a completion with the archive of an upload that was completed
// before.
func (v *Vault) completedBefore(archive vault.ArchiveID, c vault.Completion) error {
	a, err := v.archives.Get(archive)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return vault.Errorf(vault.ErrNotFound, "no such upload, and no archive of it")
	case err != nil:
		return err
	case a.Size != c.Size:
		return vault.Errorf(vault.ErrInvalid, "it was completed before, with %d bytes rather than %d", a.Size, c.Size)
	case a.TreeHash != c.TreeHash:
		return &vault.ChecksumError{Sent: c.TreeHash, Computed: a.TreeHash}
	}
	return nil
}

// publish makes an archive of the upload's data. Until the rename the archive cannot be
// seen and everything can be repeated; after it, a reader finds the archive whole. No other
// request uses the upload meanwhile.
func (v *Vault) publish(ctx context.Context, u *uploads.Upload, t *archives.Truth) error {
	end, err := v.inventories.BeginChange(t.ID)
	if err != nil {
		return err
	}
	defer end()
	if err := u.Fit(t.Size); err != nil {
		return err
	}
	if err := v.writeArchive(ctx, u, t); err != nil {
		v.removeUnpublished(t.ID)
		return err
	}
	v.uploads.Forget(u)
	err = errors.Join(durable.SyncDir(v.dir, layout.ArchivesDir), durable.SyncDir(v.dir, u.Dir()))
	if err != nil {
		v.access.CloseIfNotFlushed(err)
		return err
	}
	// The archive is there. If the removal fails, it is done when the vault is opened the
	// next time. The mode only guards against mistakes of others.
	_ = v.dir.Chmod(layout.ArchiveData(t.ID), 0o444)
	_ = v.dir.RemoveAll(u.Dir())
	return nil
}

// writeArchive writes the truth and the leaves of an archive and then gives its bytes their
// name.
func (v *Vault) writeArchive(ctx context.Context, u *uploads.Upload, t *archives.Truth) error {
	if err := durable.WriteDocument(v.dir, layout.ArchiveTruth(t.ID), t); err != nil {
		return err
	}
	if err := u.CopyLeaves(t.ID, t.Size); err != nil {
		return err
	}
	if err := cancel.Err(ctx); err != nil {
		return err
	}
	return v.dir.Rename(u.Data(), layout.ArchiveData(t.ID))
}

// removeUnpublished removes the truth and the leaves of an archive that was not published
// after all. They stay if the archive's bytes are there, or may be: a file system may return
// an error for a rename that was done.
func (v *Vault) removeUnpublished(id vault.ArchiveID) {
	there, err := durable.IsThere(v.dir, layout.ArchiveData(id))
	switch {
	case err != nil:
		v.count.Forgo()
		v.leftOver(err)
	case !there:
		v.removeBeside(id)
	}
}
