package dirvault

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// cleanUp removes what a process left behind that was killed. The caller holds
// the lock, so nothing here is on its way. Bytes of an archive are never
// removed, and a damaged file stays for whoever asks for it to be told. What cannot be
// removed, such as a file that another program has open, stays until another time.
func (v *Vault) cleanUp() error {
	// The process may have been killed between a rename and its flush: what is
	// visible now becomes durable before anything is built on it.
	for _, dir := range []string{".", layout.ArchivesDir, layout.UploadsDir, layout.JobsDir, layout.NotesDir} {
		if err := durable.SyncDir(v.dir, dir); err != nil {
			return err
		}
	}
	// It is made when something is kept for the first time.
	if err := durable.SyncDir(v.dir, layout.OutputsDir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := durable.SyncName(v.path); err != nil {
		return err
	}
	v.cleanArchives(v.loadCount())
	v.cleanJobs()
	for _, clean := range []struct {
		dir   string
		entry func(name string) error
	}{
		{".", v.cleanTop},
		{layout.UploadsDir, v.cleanUpload},
		{layout.NotesDir, v.cleanTemporary(layout.NotesDir)},
	} {
		err := durable.EachEntry(v.dir, clean.dir, func(name string) (bool, error) {
			v.tellOf(clean.entry(name))
			return true, nil
		})
		if err != nil {
			v.leftOver(fmt.Errorf("clean up %s: %w", clean.dir, err))
		}
	}
	v.outputs.expect(v.options.Now())
	v.sweepKept()
	return nil
}

// tellOf tells of what keeps something from being removed, if anything does.
func (v *Vault) tellOf(err error) {
	switch {
	case errors.Is(err, durable.ErrDamaged):
		v.options.OnDamage(fmt.Errorf("directory vault %q: %w", v.path, err))
	case err != nil:
		v.leftOver(err)
	}
}

// cleanTop removes what is on its way in the vault's own directory, and journals of
// changes that the count of archives does not name.
func (v *Vault) cleanTop(name string) error {
	if isJournal(name) && name != v.count.record.journal() {
		return v.dir.Remove(name)
	}
	return v.cleanTemporary(".")(name)
}

// leftOver tells that something stays that was to be removed, and why.
func (v *Vault) leftOver(err error) {
	v.options.OnLeftover(fmt.Errorf("directory vault %q: what is left over there cannot be removed now, which is tried again when it is opened next: %w",
		v.path, err))
}

func (v *Vault) cleanTemporary(dir string) func(name string) error {
	return func(name string) error {
		if !layout.IsTemporary(name) {
			return nil
		}
		return v.dir.RemoveAll(path.Join(dir, name))
	}
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
// an archive, or was idle for too long; and within others what was on its way.
func (v *Vault) cleanUpload(name string) error {
	if !layout.IsUploadID(name) {
		return v.cleanTemporary(layout.UploadsDir)(name)
	}
	switch _, err := v.find(vault.UploadID(name)); {
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

// cleanJob removes a job that is to be forgotten, and the output of one that was
// not started to the end.
func (v *Vault) cleanJob(name string) error {
	id, isJob := strings.CutSuffix(name, ".json")
	id, isOutput := strings.CutSuffix(id, ".output")
	if isJob == isOutput || !layout.IsJobID(id) {
		return v.cleanTemporary(layout.JobsDir)(name)
	}
	if isOutput {
		return v.cleanOutput(vault.JobID(id))
	}
	_, err := v.timesOf(vault.JobID(id))
	if errors.Is(err, vault.ErrNotFound) {
		return nil // forgotten now, or another file
	}
	return err
}

func (v *Vault) cleanOutput(id vault.JobID) error {
	there, err := durable.IsThere(v.dir, layout.JobDocument(id))
	if err != nil || there {
		return err
	}
	return durable.RemoveIfThere(v.dir, layout.JobOutput(id))
}
