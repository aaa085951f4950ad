package dirvault

import (
	"context"
	"errors"
	"fmt"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

var _ vault.Looker = (*Vault)(nil)

// Look returns what is known of an archive. ErrNotFound means that its bytes are not there.
// If its truth file is damaged, only its id and its size are known.
func (v *Vault) Look(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	if err := v.access.RLock(ctx); err != nil {
		return vault.Archive{}, fmt.Errorf("look at archive %q: %w", id, err)
	}
	defer v.access.RUnlock()
	a, err := v.archives.Get(id)
	if err != nil && !errors.Is(err, durable.ErrDamaged) {
		return vault.Archive{}, fmt.Errorf("look at archive %q: %w", id, err)
	}
	if data, err := v.dir.Lstat(layout.ArchiveData(id)); err == nil {
		a.Size = data.Size() // the truth file has the old size of a file that was cut
	}
	return a, nil
}

// HasArchives reports whether the vault holds any archive.
func (v *Vault) HasArchives(ctx context.Context) (has bool, err error) {
	if err := v.access.Closed(); err != nil {
		return false, err
	}
	err = v.archives.Each(ctx, func(vault.Archive, error) bool {
		has = true
		return false
	})
	return has, err
}

// DeleteArchive removes an archive: first its bytes, durably, then its truth file and its
// leaves. Bytes that a finished job gives are kept until its output expires.
func (v *Vault) DeleteArchive(ctx context.Context, id vault.ArchiveID) error {
	if err := v.lockToWrite(ctx); err != nil {
		return fmt.Errorf("delete archive %q: %w", id, err)
	}
	defer v.access.RUnlock()
	if err := v.deleteArchive(id); err != nil {
		v.access.CloseIfNotFlushed(err)
		return fmt.Errorf("delete archive %q: %w", id, err)
	}
	return nil
}

func (v *Vault) deleteArchive(id vault.ArchiveID) error {
	if !layout.IsArchiveID(string(id)) {
		return nil
	}
	there, err := durable.IsThere(v.dir, layout.ArchiveData(id))
	if err != nil || !there {
		return err
	}
	end, err := v.inventories.BeginChange(id)
	if err != nil {
		return err
	}
	defer end()
	if err := v.jobs.TakeBytes(id); err != nil {
		return err
	}
	if err := durable.SyncDir(v.dir, layout.ArchivesDir); err != nil {
		return err
	}
	// The archive is gone. Its other files mean nothing without it.
	v.removeBeside(id)
	return nil
}

// removeBeside removes the truth file and the leaves of an archive whose bytes are not there.
// If that fails, they are looked for when the vault is opened the next time.
func (v *Vault) removeBeside(id vault.ArchiveID) {
	err := errors.Join(durable.RemoveIfThere(v.dir, layout.ArchiveTruth(id)), durable.RemoveIfThere(v.dir, layout.ArchiveLeaves(id)))
	if err != nil {
		v.count.Forgo()
		v.leftOver(err)
	}
}
