package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// archive returns what is known about an archive, or an error that wraps
// ErrNotFound. An archive is there when its bytes are: with an error that wraps
// errDamaged come its id and the size of its file.
func (v *Vault) archive(id vault.ArchiveID) (vault.Archive, error) {
	missing := fmt.Errorf("archive %q: %w", id, vault.ErrNotFound)
	if !layout.IsArchiveID(string(id)) {
		return vault.Archive{}, missing
	}
	data, err := v.dir.Lstat(layout.ArchiveData(id))
	if errors.Is(err, fs.ErrNotExist) {
		return vault.Archive{}, missing
	}
	if err != nil {
		return vault.Archive{}, err
	}
	t, err := readTruth(v.dir, id)
	if err == nil && t.ID != id {
		// A file system that does not tell upper from lower case finds a file by
		// an id that is not its own.
		return vault.Archive{}, missing
	}
	if err != nil {
		if still, gone := durable.IsThere(v.dir, layout.ArchiveData(id)); gone == nil && !still {
			return vault.Archive{}, missing // deleted in between
		}
		return vault.Archive{ID: id, Size: data.Size()}, fmt.Errorf("archive %q: %w", id, err)
	}
	return t.archive(), nil
}

// openArchive opens the bytes of an archive. ErrNotFound means that it is not there.
func (v *Vault) openArchive(id vault.ArchiveID) (*os.File, error) {
	f, err := v.dir.Open(layout.ArchiveData(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("archive %q: %w", id, vault.ErrNotFound)
	}
	return f, err
}

// eachArchive calls visit with every archive, until it returns false. Where
// broken says why the truth about one cannot be had, only its ID and its Size
// are known.
func (v *Vault) eachArchive(ctx context.Context, visit func(a vault.Archive, broken error) bool) error {
	return v.eachEntry(layout.ArchivesDir, func(name string) (bool, error) {
		more := true
		err := v.visitArchive(ctx, vault.ArchiveID(name), func(a vault.Archive, broken error) error {
			more = visit(a, broken)
			return nil
		})
		return more, err
	})
}

// HasArchives looks for one archive.
func (v *Vault) HasArchives(ctx context.Context) (has bool, err error) {
	if err := v.access.Closed(); err != nil {
		return false, err
	}
	err = v.eachArchive(ctx, func(vault.Archive, error) bool {
		has = true
		return false
	})
	return has, err
}

// visitArchive calls visit with the archive of this id, if there is one.
func (v *Vault) visitArchive(ctx context.Context, id vault.ArchiveID, visit func(a vault.Archive, broken error) error) error {
	if err := cancelled(ctx); err != nil {
		return err
	}
	a, err := v.archive(id)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return nil // deleted, or another file
	case err != nil && !errors.Is(err, durable.ErrDamaged):
		return err
	}
	return visit(a, err)
}

// DeleteArchive removes an archive: first its bytes, durably, then what is known
// about them.
func (v *Vault) DeleteArchive(ctx context.Context, id vault.ArchiveID) error {
	if err := v.lockToWrite(ctx); err != nil {
		return fmt.Errorf("delete archive %q: %w", id, err)
	}
	defer v.access.RUnlock()
	v.sweepKept()
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
	if err := v.status.beginChange(v.options.now()); err != nil {
		return err
	}
	defer v.status.endChange()
	if err := v.count.begin(id); err != nil {
		return err
	}
	defer v.count.end(id)
	if err := v.takeBytes(id); err != nil {
		return err
	}
	if err := durable.SyncDir(v.dir, layout.ArchivesDir); err != nil {
		return err
	}
	// The archive is gone. What is left means nothing without it.
	if err := errors.Join(durable.RemoveIfThere(v.dir, layout.ArchiveTruth(id)), durable.RemoveIfThere(v.dir, layout.ArchiveLeaves(id))); err != nil {
		v.count.forgo()
		v.leftOver(err)
	}
	return nil
}
