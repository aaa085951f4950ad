package dirvault

import (
	"context"
	"errors"
	"fmt"

	"firn/vault"
)

// DeleteVault removes an empty vault. ErrInvalid means that it holds archives or
// unfinished uploads, or that archives came or went since it was last counted
// (see Vault.Info), as the service has it. ErrNotFound means that there is none.
func (r *Root) DeleteVault(ctx context.Context, name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, err := r.vaultLocked(ctx, name)
	if err != nil {
		return err
	}
	if err := v.retire(ctx); err != nil {
		return fmt.Errorf("delete vault %q: %w", name, err)
	}
	// Released before it is moved, because Windows moves no open file.
	r.vaults[name] = nil
	if err := errors.Join(v.release(), discard(r.dir, name)); err != nil {
		return fmt.Errorf("delete vault %q: %w", name, err)
	}
	delete(r.vaults, name)
	return nil
}

// retire closes the gate of a vault that may be deleted, with nobody inside.
// Whoever still holds the vault is told that it is not there.
func (v *Vault) retire(ctx context.Context) error {
	// A first look, so that a vault in use is refused without making anybody wait.
	if err := v.deletable(ctx); err != nil {
		return err
	}
	if err := v.gate.enterAlone(ctx); err != nil {
		return err
	}
	defer v.gate.leaveAlone()
	if err := v.deletable(ctx); err != nil {
		return err
	}
	v.gate.close(fmt.Errorf("directory vault %q: %w", v.path, vault.ErrNotFound))
	return nil
}

func (v *Vault) deletable(ctx context.Context) error {
	if err := v.countIfDue(ctx); err != nil {
		return err
	}
	used := ""
	err := v.eachUpload(ctx, func(vault.Upload) bool { used = "it has unfinished uploads"; return false })
	if err != nil {
		return err
	}
	if v.status.get().Changed {
		used = "it was written to since it was last counted"
	}
	err = v.eachArchive(ctx, func(vault.Archive) bool { used = "it holds archives"; return false })
	if err != nil {
		return err
	}
	if used != "" {
		return fmt.Errorf("%s: %w", used, vault.ErrInvalid)
	}
	return nil
}
