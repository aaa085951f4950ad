package dirvault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"firn/vault"
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
	v, err := open(full, o)
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
	if err := v.retire(ctx, v.empty); err != nil {
		return errors.Join(err, v.release())
	}
	return v.remove(parent, filepath.Base(full))
}

// DeleteVault removes an empty vault. ErrInvalid means that it holds archives or
// unfinished uploads, or that archives came or went since its last inventory (see
// Vault.Info), as the service has it. ErrNotFound means that there is none.
func (r *Root) DeleteVault(ctx context.Context, name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, err := r.vaultLocked(ctx, name)
	if err == nil {
		err = v.readOnly
	}
	if err != nil {
		return err
	}
	if err := v.retire(ctx, v.settled); err != nil {
		return fmt.Errorf("delete vault %q: %w", name, err)
	}
	r.vaults[name] = nil
	if err := v.remove(r.dir, name); err != nil {
		return fmt.Errorf("delete vault %q: %w", name, err)
	}
	delete(r.vaults, name)
	return nil
}

// remove removes a retired vault from the directory that it is in. Its lock is
// held until it has disappeared, so that nobody can open it at the last moment;
// but Windows moves no open file, so there the lock is given up first.
func (v *Vault) remove(parent *os.Root, name string) error {
	v.runs.stop(v.gate.shut())
	if runtime.GOOS == "windows" {
		return errors.Join(v.release(), v.discard(parent, name))
	}
	return errors.Join(v.discard(parent, name), v.release())
}

// discard makes the vault disappear at once, then removes what it held at leisure. What
// cannot be removed of that keeps nobody: the vault is no more.
func (v *Vault) discard(parent *os.Root, name string) error {
	hidden, err := hide(parent, name)
	if err == nil {
		err = syncDir(parent, ".")
	}
	if err != nil {
		return err
	}
	if err := parent.RemoveAll(hidden); err != nil {
		v.options.OnLeftover(fmt.Errorf("directory vault %q is deleted, but what is left of it, in %q beside it, cannot be removed: %w",
			v.path, hidden, err))
	}
	return nil
}

// retire closes the gate of a vault that check allows to be deleted, with nobody
// inside. Whoever still holds the vault is told that it is not there.
func (v *Vault) retire(ctx context.Context, check func(context.Context) error) error {
	// A first look, so that a vault in use is refused without making anybody wait.
	if err := check(ctx); err != nil {
		return err
	}
	if err := v.gate.enterAlone(ctx); err != nil {
		return err
	}
	defer v.gate.leaveAlone()
	if err := check(ctx); err != nil {
		return err
	}
	v.gate.close(fmt.Errorf("directory vault %q: %w", v.path, vault.ErrNotFound))
	return nil
}

// empty refuses a vault that holds anything of anybody's, damaged or not.
func (v *Vault) empty(ctx context.Context) error {
	var err error
	walkErr := v.eachUpload(ctx, func(_ vault.Upload, broken error) bool {
		err = inUse("it has unfinished uploads", broken)
		return false
	})
	if err = errors.Join(walkErr, err); err != nil {
		return err
	}
	walkErr = v.eachArchive(ctx, func(_ vault.Archive, broken error) bool {
		err = inUse("it holds archives", broken)
		return false
	})
	return errors.Join(walkErr, err)
}

func inUse(why string, broken error) error {
	if broken != nil {
		return fmt.Errorf("%s: %w: %w", why, vault.ErrInvalid, broken)
	}
	return fmt.Errorf("%s: %w", why, vault.ErrInvalid)
}

// settled refuses a vault that is not empty, and also one that was written to
// since its last inventory. It takes one only when there is nothing to list.
func (v *Vault) settled(ctx context.Context) error {
	if err := v.empty(ctx); err != nil {
		return err
	}
	if err := v.refreshCount(ctx); err != nil {
		return err
	}
	if v.status.get().Changed {
		return fmt.Errorf("it was written to since its last inventory: %w", vault.ErrInvalid)
	}
	return nil
}
