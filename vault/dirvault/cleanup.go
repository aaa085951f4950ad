package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// cleanUp removes the files that a process left behind that was killed. The caller holds
// the lock file, so no other process uses them. Bytes of an archive are never
// removed, and a damaged file stays, so that its readers get an error. A file that cannot be
// removed, because another program has it open, stays until another time.
func (v *Vault) cleanUp() error {
	// The process may have been killed between a rename and its flush: the names that
	// are there now become durable before anything is built on them.
	for _, dir := range []string{".", layout.ArchivesDir, layout.UploadsDir, layout.JobsDir, layout.NotesDir} {
		if err := durable.SyncDir(v.dir, dir); err != nil {
			return err
		}
	}
	// It is made when an output is kept for the first time.
	if err := durable.SyncDir(v.dir, layout.OutputsDir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := durable.SyncName(v.path); err != nil {
		return err
	}
	v.cleanArchives(v.loadCount())
	v.jobs.CleanUp(v.notCleaned)
	for _, clean := range []struct {
		dir   string
		entry func(name string) error
	}{
		{".", v.cleanTop},
		{layout.UploadsDir, v.cleanUpload},
		{layout.NotesDir, v.cleanTemporary(layout.NotesDir)},
	} {
		err := durable.EachEntry(v.dir, clean.dir, func(name string) (bool, error) {
			if err := clean.entry(name); err != nil {
				v.notCleaned(err)
			}
			return true, nil
		})
		if err != nil {
			v.leftOver(fmt.Errorf("clean up %s: %w", clean.dir, err))
		}
	}
	v.jobs.ExpectSweep()
	v.jobs.Sweep()
	return nil
}

// notCleaned reports why a file could not be removed or read.
func (v *Vault) notCleaned(err error) {
	if errors.Is(err, durable.ErrDamaged) {
		v.damaged(err)
		return
	}
	v.leftOver(err)
}

// leftOver reports that a file stays that should be removed, and why.
func (v *Vault) leftOver(err error) {
	v.options.OnLeftover(fmt.Errorf("directory vault %q: leftovers could not be removed; firn tries again when it opens the vault next: %w",
		v.path, err))
}

// cleanTop removes temporary files in the vault's own directory, and old journals of the
// count.
func (v *Vault) cleanTop(name string) error {
	if v.count.IsOldJournal(name) {
		return v.dir.Remove(name)
	}
	return v.cleanTemporary(".")(name)
}

func (v *Vault) cleanTemporary(dir string) func(name string) error {
	return func(name string) error {
		if !layout.IsTemporary(name) {
			return nil
		}
		return v.dir.RemoveAll(path.Join(dir, name))
	}
}

// loadCount reads the record of the count of archives. A kill may have left files of the
// archives that it returns. It reports whether the count is known.
func (v *Vault) loadCount() (changed []vault.ArchiveID, known bool) {
	changed, known, err := v.count.Load()
	if err != nil {
		v.damaged(fmt.Errorf("its archives are counted again: %w", err))
	}
	return changed, known
}

// cleanArchives removes the truths and leaves of archives that were not published, or were
// deleted: of those that were changed since the archives were counted. If the count is
// not known it reads the whole directory, and counts. The vault is being opened.
func (v *Vault) cleanArchives(changed []vault.ArchiveID, known bool) {
	if known && len(changed) == 0 {
		return
	}
	tidy := true
	clean := func(name string) {
		if err := v.cleanArchive(name); err != nil {
			tidy = false
			v.notCleaned(err)
		}
	}
	for _, id := range changed {
		clean(string(id) + ".json")
		clean(string(id) + ".leaves")
	}
	if known {
		v.count.Start(tidy)
		return
	}
	t, err := v.count.Walk(context.Background(), clean)
	if err != nil {
		v.leftOver(fmt.Errorf("clean up %s: %w", layout.ArchivesDir, err))
		v.count.Start(tidy)
		return
	}
	v.count.StartFrom(t, tidy)
}

// cleanArchive removes a truth file or leaves whose archive was not published,
// or was deleted.
func (v *Vault) cleanArchive(name string) error {
	id, isTruth := strings.CutSuffix(name, ".json")
	id, isLeaves := strings.CutSuffix(id, ".leaves")
	if isTruth == isLeaves || !layout.IsArchiveID(id) {
		return v.cleanTemporary(layout.ArchivesDir)(name)
	}
	there, err := durable.IsThere(v.dir, layout.ArchiveData(vault.ArchiveID(id)))
	if err != nil || there {
		return err
	}
	return v.dir.Remove(path.Join(layout.ArchivesDir, name))
}

// cleanUpload removes an upload that was not created to the end, or has become
// an archive, or was idle for too long. In other uploads it removes temporary files.
func (v *Vault) cleanUpload(name string) error {
	if !layout.IsUploadID(name) {
		return v.cleanTemporary(layout.UploadsDir)(name)
	}
	switch _, err := v.uploads.Find(vault.UploadID(name)); {
	case errors.Is(err, vault.ErrNotFound):
		return v.dir.RemoveAll(path.Join(layout.UploadsDir, name))
	case err != nil:
		return err
	}
	inside := path.Join(layout.UploadsDir, name)
	return durable.EachEntry(v.dir, inside, func(name string) (bool, error) {
		return true, v.cleanTemporary(inside)(name)
	})
}
