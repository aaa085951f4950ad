package dirvault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"firn/internal/disk"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/inventories"
	"firn/vault/dirvault/internal/layout"
)

// Create makes an empty vault of dir, whose parent must be there. A directory
// that is there already must be empty: ErrExists else. ErrReadOnly means that nothing can
// be made in the directory above it.
func Create(dir string, o Options) error {
	if err := create(dir, o.withDefaults().now()); err != nil {
		return fmt.Errorf("create directory vault %q: %w", dir, err)
	}
	return nil
}

func create(dir string, now time.Time) error {
	full, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	parent, err := os.OpenRoot(filepath.Dir(full))
	if err != nil {
		return err
	}
	defer parent.Close()
	err = createIn(parent, filepath.Base(full), now)
	if disk.IsReadOnly(err) {
		err = &readOnlyError{fmt.Sprintf("directory %q", filepath.Dir(full)), err}
	}
	return err
}

// createIn builds the vault under a temporary name: with its rename it is there
// as a whole.
func createIn(parent *os.Root, name string, now time.Time) error {
	if err := makeRoom(parent, name); err != nil {
		return err
	}
	temp := layout.TemporaryName()
	if err := build(parent, temp, now); err != nil {
		return errors.Join(disk.ForTarget(err, temp, name), parent.RemoveAll(temp))
	}
	if err := parent.Rename(temp, name); err != nil {
		return errors.Join(disk.ForTarget(err, temp, name), parent.RemoveAll(temp))
	}
	return durable.SyncDir(parent, ".")
}

// makeRoom removes an empty directory called name, because not every system
// lets a rename replace a directory.
func makeRoom(parent *os.Root, name string) error {
	info, err := parent.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return vault.Errorf(vault.ErrExists, "another file has this name")
	}
	there, err := durable.IsThere(parent, path.Join(name, layout.StateFile))
	if err != nil {
		return err
	}
	if there {
		return vault.Errorf(vault.ErrExists, "it is a vault")
	}
	if err := parent.Remove(name); err != nil {
		return vault.Errorf(vault.ErrExists, "the directory is not empty: %w", err)
	}
	return nil
}

func build(parent *os.Root, name string, now time.Time) error {
	for _, dir := range []string{"", layout.ArchivesDir, layout.UploadsDir, layout.JobsDir, layout.NotesDir} {
		if err := parent.Mkdir(path.Join(name, dir), 0o700); err != nil {
			return err
		}
	}
	return inventories.WriteState(parent, path.Join(name, layout.StateFile), now)
}
