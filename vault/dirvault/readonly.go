package dirvault

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"

	"firn/internal/disk"
	"firn/vault"
	"firn/vault/dirvault/internal/layout"
)

// A vault whose directory cannot be written is only read, and not a byte of
// it changes: nothing is cleaned up, files that would be written to be read later are kept
// aside (see files.Aside), and calls that must write are refused with a readOnlyError.

// readOnlyError says that a vault, or a directory of vaults, can only be read, and why.
type readOnlyError struct {
	what  string // which one
	cause error
}

func (e *readOnlyError) Error() string {
	return fmt.Sprintf("%s is read-only: %v", e.what, e.cause)
}

// Unwrap makes errors.Is find vault.ErrReadOnly.
func (e *readOnlyError) Unwrap() []error { return []error{vault.ErrReadOnly, e.cause} }

// errAsked is why a directory is only read that could be written.
var errAsked = errors.New("it was opened read-only")

// whyReadOnly returns why nothing can be written in a directory and those in it, or nil
// if all of them that are there can be written. It writes nothing.
func (o Options) whyReadOnly(dir string, inside ...string) error {
	if o.ReadOnly {
		return errAsked
	}
	if err := disk.Writable(dir); disk.IsReadOnly(err) {
		return err
	}
	if runtime.GOOS == "windows" { // there the question is a new file, which changes the times of a directory
		return nil
	}
	for _, name := range inside {
		if err := disk.Writable(filepath.Join(dir, name)); disk.IsReadOnly(err) {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// lockToWrite takes v.access for a call that changes the vault's archives, uploads or notes.
func (v *Vault) lockToWrite(ctx context.Context) error {
	if v.readOnly != nil {
		return v.readOnly
	}
	return v.lockSwept(ctx)
}

// lockSwept takes v.access for a call that needs room on the disk. It makes room first: kept
// outputs that no job gives any more are removed.
func (v *Vault) lockSwept(ctx context.Context) error {
	if err := v.access.RLock(ctx); err != nil {
		return err
	}
	v.jobs.Sweep()
	return nil
}

// startReading is start where nothing can be written.
func (v *Vault) startReading(why error) (err error) {
	v.readOnly = &readOnlyError{fmt.Sprintf("directory vault %q", v.path), why}
	v.files.KeepAside()
	if v.lock, err = lockToRead(filepath.Join(v.path, layout.LockFile)); err != nil {
		return err
	}
	v.count.WithoutRecord()
	v.loadCount()
	v.jobs.LoadIndex()
	return v.inventories.Load()
}
