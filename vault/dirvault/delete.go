package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
)

// Delete removes the empty vault in dir, with the directory. ErrInvalid means
// that it holds archives or unfinished uploads, damaged ones included,
// ErrNotFound that there is no vault, ErrLocked that somebody has it open.
func Delete(ctx context.Context, dir string, o Options) error {
	if err := deleteVault(ctx, dir, o.withDefaults()); err != nil {
		return fmt.Errorf("delete directory vault %q: %w", dir, err)
	}
	return nil
}

func deleteVault(ctx context.Context, dir string, o Options) error {
	full, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	v, err := open(full, os.OpenRoot, full, o)
	if err != nil {
		return err
	}
	if v.readOnly != nil {
		return errors.Join(v.readOnly, v.release())
	}
	parent, err := os.OpenRoot(filepath.Dir(full))
	if err != nil {
		return errors.Join(err, v.release())
	}
	defer parent.Close()
	var hidden string
	err = v.retire(ctx, v.empty, func() (err error) {
		hidden, err = v.hide(parent, filepath.Base(full))
		return err
	})
	if err == nil {
		err = v.removeHidden(parent, hidden)
	}
	return errors.Join(err, v.release())
}

// DeleteVault removes a vault without archives, and with it the uploads that are not
// finished. ErrInvalid means that it holds archives, or that archives came or went
// since its last inventory (see Vault.Info), as the service has it. ErrNotFound means
// that there is none. Nobody waits for it who is at work in another vault.
func (r *Root) DeleteVault(ctx context.Context, name string) error {
	v, err := r.vault(ctx, name)
	if err == nil {
		err = v.readOnly
	}
	if err != nil {
		return err
	}
	if err := r.deleteVault(ctx, v, name); err != nil {
		return fmt.Errorf("delete vault %q: %w", name, err)
	}
	return nil
}

func (r *Root) deleteVault(ctx context.Context, v *Vault, name string) error {
	var hidden string
	err := v.retire(ctx, v.unchanged, func() (err error) {
		hidden, err = r.drop(v, name)
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(v.removeHidden(r.dir, hidden), v.release())
}

// drop hides a retired vault. If that fails, the vault can be opened anew.
func (r *Root) drop(v *Vault, name string) (hidden string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.vaults[name] != v { // closed meanwhile
		return "", fmt.Errorf("directory of vaults %q: %w", r.path, fs.ErrClosed)
	}
	if hidden, err = v.hide(r.dir, name); err != nil {
		r.vaults[name] = nil
		return "", errors.Join(err, v.release())
	}
	delete(r.vaults, name)
	return hidden, nil
}

// hide gives a retired vault a temporary name in the directory that it is in. Its lock file
// is held until then, so that no other process can open it at the last moment. But Windows
// moves no open file, so there the lock is given up first.
func (v *Vault) hide(parent *os.Root, name string) (hidden string, err error) {
	v.inventories.Stop(v.access.Closed())
	if runtime.GOOS == "windows" {
		if err := v.release(); err != nil {
			return "", err
		}
	}
	return durable.Hide(parent, name)
}

// removeHidden makes it durable that a vault was deleted, and then removes its files. A file
// that cannot be removed is reported and is no error.
func (v *Vault) removeHidden(parent *os.Root, hidden string) error {
	if err := durable.SyncDir(parent, "."); err != nil {
		return err
	}
	if err := parent.RemoveAll(hidden); err != nil {
		v.options.OnLeftover(fmt.Errorf("directory vault %q is deleted, but its remains, in %q beside it, could not be removed: %w",
			v.path, hidden, err))
	}
	return nil
}

// retire closes a vault that check allows to be deleted, while no call changes it, and
// calls end before another call can begin. Later calls on the vault get ErrNotFound.
func (v *Vault) retire(ctx context.Context, check func(context.Context) error, end func() error) error {
	// A first check, so that a vault in use is refused while other calls go on.
	if err := check(ctx); err != nil {
		return err
	}
	if err := v.access.Lock(ctx); err != nil {
		return err
	}
	defer v.access.Unlock()
	if err := check(ctx); err != nil {
		return err
	}
	v.access.Close(fmt.Errorf("directory vault %q: %w", v.path, vault.ErrNotFound))
	return end()
}

// empty refuses a vault that holds archives or unfinished uploads, damaged or not.
func (v *Vault) empty(ctx context.Context) error {
	var err error
	walkErr := v.eachUpload(ctx, func(_ vault.Upload, broken error) bool {
		err = inUse("it has unfinished uploads", broken)
		return false
	})
	if err = errors.Join(walkErr, err); err != nil {
		return err
	}
	return v.withoutArchives(ctx)
}

// withoutArchives refuses a vault that holds archives, damaged or not.
func (v *Vault) withoutArchives(ctx context.Context) error {
	var err error
	walkErr := v.archives.Each(ctx, func(_ vault.Archive, broken error) bool {
		err = inUse("it holds archives", broken)
		return false
	})
	return errors.Join(walkErr, err)
}

func (v *Vault) withoutDamagedUploads(ctx context.Context) error {
	var err error
	walkErr := v.eachUpload(ctx, func(_ vault.Upload, broken error) bool {
		if broken != nil {
			err = inUse("it has unfinished uploads", broken)
		}
		return err == nil
	})
	return errors.Join(walkErr, err)
}

func inUse(why string, broken error) error {
	if broken != nil {
		return vault.Errorf(vault.ErrInvalid, "%s: %w", why, broken)
	}
	return vault.Errorf(vault.ErrInvalid, "%s", why)
}

// unchanged refuses a vault that holds archives or a damaged upload, and also one to
// which archives came, or from which any went, since its last inventory. It takes an
// inventory only if there are no archives to list.
func (v *Vault) unchanged(ctx context.Context) error {
	if err := errors.Join(v.withoutDamagedUploads(ctx), v.withoutArchives(ctx)); err != nil {
		return err
	}
	if err := v.inventories.RefreshCount(ctx); err != nil {
		return err
	}
	if v.inventories.State().Changed {
		return vault.Errorf(vault.ErrInvalid, "it was written to since its last inventory")
	}
	return nil
}
