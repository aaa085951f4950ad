package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"firn/vault"
)

func archiveData(id vault.ArchiveID) string  { return path.Join(archivesDir, string(id)) }
func archiveTruth(id vault.ArchiveID) string { return archiveData(id) + ".json" }

// archive returns what is known about an archive, or an error that wraps
// ErrNotFound. An archive is there when its bytes are.
func (v *Vault) archive(id vault.ArchiveID) (vault.Archive, error) {
	missing := fmt.Errorf("archive %q: %w", id, vault.ErrNotFound)
	if !validID(string(id), archiveIDLength) {
		return vault.Archive{}, missing
	}
	there, err := isThere(v.dir, archiveData(id))
	if err != nil {
		return vault.Archive{}, err
	}
	if !there {
		return vault.Archive{}, missing
	}
	var t truth
	if err := readDocument(v.dir, archiveTruth(id), &t); err != nil {
		if still, gone := isThere(v.dir, archiveData(id)); gone == nil && !still {
			return vault.Archive{}, missing // deleted in between
		}
		return vault.Archive{}, fmt.Errorf("archive %q: %w", id, err)
	}
	if t.ID != id {
		// A file system that does not tell upper from lower case finds a file by
		// an id that is not its own.
		return vault.Archive{}, missing
	}
	return t.archive(), nil
}

// eachArchive calls visit with every archive, until it returns false.
func (v *Vault) eachArchive(ctx context.Context, visit func(vault.Archive) bool) error {
	return eachEntry(v.dir, archivesDir, func(name string) (bool, error) {
		if err := cancelled(ctx); err != nil {
			return false, err
		}
		id, isTruth := strings.CutSuffix(name, ".json")
		if !isTruth || !validID(id, archiveIDLength) {
			return true, nil
		}
		a, err := v.archive(vault.ArchiveID(id))
		if errors.Is(err, vault.ErrNotFound) {
			return true, nil // deleted, or not published yet
		}
		if err != nil {
			return false, err
		}
		return visit(a), nil
	})
}

// DeleteArchive removes an archive: first its bytes, durably, then the truth
// about them.
func (v *Vault) DeleteArchive(ctx context.Context, id vault.ArchiveID) error {
	if err := v.gate.enter(ctx); err != nil {
		return fmt.Errorf("delete archive %q: %w", id, err)
	}
	defer v.gate.leave()
	if err := v.deleteArchive(id); err != nil {
		v.gate.closeIfNotFlushed(err)
		return fmt.Errorf("delete archive %q: %w", id, err)
	}
	return nil
}

func (v *Vault) deleteArchive(id vault.ArchiveID) error {
	if !validID(string(id), archiveIDLength) {
		return nil
	}
	v.census.RLock()
	defer v.census.RUnlock()
	there, err := isThere(v.dir, archiveData(id))
	if err != nil || !there {
		return err
	}
	if err := v.status.markChanged(v.dir); err != nil {
		return err
	}
	if err := v.dir.Remove(archiveData(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := syncDir(v.dir, archivesDir); err != nil {
		return err
	}
	return removeIfThere(v.dir, archiveTruth(id))
}
