package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// maxNote is the size in bytes of the largest note.
const maxNote = 1 << 20

// rootNotes holds the notes of a Root itself. No vault can have this name.
const rootNotes = "@notes"

// Note returns the note of that name that [Root.SetNote] left with a vault, or, if
// vaultName is empty, with the Root. ErrNotFound means that there is no such note,
// or no such vault, ErrInvalid that the name is not one.
func (r *Root) Note(ctx context.Context, vaultName, name string) ([]byte, error) {
	if data, kept := r.notes.Document(path.Join(vaultName, name)); kept {
		if data == nil {
			return nil, fmt.Errorf("note %q of vault %q: %w", name, vaultName, vault.ErrNotFound)
		}
		return data, nil
	}
	if vaultName == "" {
		data, err := r.ownNote(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("note %q of directory of vaults %q: %w", name, r.path, err)
		}
		return data, nil
	}
	v, err := r.vault(ctx, vaultName)
	if err != nil {
		return nil, err
	}
	data, err := v.note(name)
	if err != nil {
		return nil, fmt.Errorf("note %q of vault %q: %w", name, vaultName, err)
	}
	return data, nil
}

// SetNote leaves a note with a vault, or, if vaultName is empty, with the Root, and
// replaces one of the same name. A note is a small document of the program that serves the
// vault, which means nothing here. With nil for data the note is removed; it is no error
// that there is none. The note is durably there, as a whole, or removed when SetNote returns
// nil, and it is deleted with the vault. If the Root is only read, the note is
// kept in memory until the Root is closed. ErrInvalid means that the name is
// not one (1 to 64 of a-z 0-9 -) or that data has more than 1 MiB, ErrNotFound that
// there is no vault.
func (r *Root) SetNote(ctx context.Context, vaultName, name string, data []byte) error {
	if vaultName == "" {
		if err := r.setOwnNote(ctx, name, data); err != nil {
			return fmt.Errorf("set note %q of directory of vaults %q: %w", name, r.path, err)
		}
		return nil
	}
	v, err := r.vault(ctx, vaultName)
	if err != nil {
		return err
	}
	set := v.setNote
	if r.readOnly != nil {
		set = r.setNoteAside(vaultName)
	}
	if err := set(ctx, name, data); err != nil {
		return fmt.Errorf("set note %q of vault %q: %w", name, vaultName, err)
	}
	return nil
}

// cleanNotes removes what a kill left of a note on its way, and flushes the names of
// those that are there.
func (r *Root) cleanNotes() error {
	if there, err := durable.IsThere(r.dir, rootNotes); err != nil || !there {
		return err
	}
	if err := durable.SyncDir(r.dir, rootNotes); err != nil {
		return err
	}
	return durable.EachEntry(r.dir, rootNotes, func(name string) (bool, error) {
		if !layout.IsTemporary(name) {
			return true, nil
		}
		r.leftOver(durable.RemoveIfThere(r.dir, path.Join(rootNotes, name)))
		return true, nil
	})
}

func (r *Root) ownNote(ctx context.Context, name string) ([]byte, error) {
	r.mu.Lock()
	err := errors.Join(checkNoteName(name), r.usable(ctx))
	r.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return readNote(r.dir, path.Join(rootNotes, name))
}

func (r *Root) setOwnNote(ctx context.Context, name string, data []byte) error {
	r.noting.Lock()
	defer r.noting.Unlock()
	r.mu.Lock()
	err := errors.Join(checkNote(name, data), r.usable(ctx))
	r.mu.Unlock()
	if err != nil {
		return err
	}
	if r.readOnly != nil {
		return r.setNoteAside("")(ctx, name, data)
	}
	if err := errors.Join(r.dir.MkdirAll(rootNotes, 0o700), durable.SyncDir(r.dir, ".")); err != nil {
		return err
	}
	return writeNote(r.dir, path.Join(rootNotes, name), data)
}

// setNoteAside is the setNote of a vault, or of the Root, that is only read.
func (r *Root) setNoteAside(vaultName string) func(ctx context.Context, name string, data []byte) error {
	return func(_ context.Context, name string, data []byte) error {
		if err := checkNote(name, data); err != nil {
			return err
		}
		r.notes.SetDocument(path.Join(vaultName, name), data)
		return nil
	}
}

func (v *Vault) note(name string) ([]byte, error) {
	if err := errors.Join(checkNoteName(name), v.access.Closed()); err != nil {
		return nil, err
	}
	return readNote(v.dir, path.Join(layout.NotesDir, name))
}

func (v *Vault) setNote(ctx context.Context, name string, data []byte) error {
	if err := checkNote(name, data); err != nil {
		return err
	}
	if err := v.lockToWrite(ctx); err != nil {
		return err
	}
	defer v.access.RUnlock()
	return writeNote(v.dir, path.Join(layout.NotesDir, name), data)
}

func readNote(dir *os.Root, file string) ([]byte, error) {
	f, err := dir.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, vault.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxNote+1))
	if err == nil && len(data) > maxNote {
		err = fmt.Errorf("%w: it has more than %d bytes", durable.ErrDamaged, maxNote)
	}
	return data, err
}

func writeNote(dir *os.Root, file string, data []byte) error {
	if data != nil {
		return durable.ReplaceFile(dir, file, data)
	}
	if err := durable.RemoveIfThere(dir, file); err != nil {
		return err
	}
	return durable.SyncDir(dir, path.Dir(file))
}

func checkNote(name string, data []byte) error {
	if err := checkNoteName(name); err != nil {
		return err
	}
	if len(data) > maxNote {
		return vault.Errorf(vault.ErrInvalid, "the note has %d bytes, and at most %d are allowed", len(data), maxNote)
	}
	return nil
}

// checkNoteName makes a note's name a safe file name, on file systems that do
// not distinguish upper from lower case, too.
func checkNoteName(name string) error {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if len(name) < 1 || len(name) > 64 || strings.Trim(name, alphabet) != "" {
		return vault.Errorf(vault.ErrInvalid, "a note's name has 1 to 64 of a-z 0-9 and hyphen")
	}
	return nil
}
