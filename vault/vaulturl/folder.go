package vaulturl

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"

	"firn/internal/vaultname"
	"firn/vault"
	"firn/vault/dirvault"
)

// folder is a directory that contains directory vaults, and possibly other files. It opens
// each vault only for the duration of a call. It does not open the directory as a
// dirvault.Root, since that requires that nobody else may write to the directory, which is
// too strict for the directory above a new vault.
type folder struct {
	path    string
	options dirvault.Options
}

func openFolder(path, name string) *Place {
	place := &Place{
		Name:  name,
		url:   func(name string) string { return vaultname.Directory(filepath.Join(path, name)) },
		close: func() error { return nil },
	}
	tell := func(err error) {
		if place.OnDamage != nil {
			place.OnDamage(err)
		}
	}
	place.Admin = folder{path, dirvault.Options{
		InventoryEvery: -1, // the caller wants the present state
		OnDamage:       tell, OnLeftover: tell,
	}}
	return place
}

// isVaultName reports whether name satisfies the service's rule for the names of vaults. A
// directory opened by its own path may have any name, but a vault among others is listed,
// served and deleted by its name.
func isVaultName(name string) bool {
	return name != "" && len(name) <= 255 && name != "." && name != ".." &&
		!regexp.MustCompile(`[^A-Za-z0-9_.-]`).MatchString(name)
}

// vault returns the path of the vault with this name.
func (f folder) vault(name string) (string, error) {
	if !isVaultName(name) {
		return "", vault.Errorf(vault.ErrInvalid, "vault name %.300q: a name has 1 to 255 letters, digits, hyphens, underscores and dots", name)
	}
	return filepath.Join(f.path, name), nil
}

// CreateVault also creates the directory f.path and those above it.
func (f folder) CreateVault(ctx context.Context, name string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	path, err := f.vault(name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fmt.Errorf("create directory vault %q: %w", path, err)
	}
	err = dirvault.Create(path, f.options)
	if errors.Is(err, vault.ErrExists) {
		v, openErr := dirvault.Open(path, f.options)
		switch {
		case openErr == nil:
			return v.Close()
		case errors.Is(openErr, vault.ErrLocked):
			return nil // it is a vault that another process has open
		}
	}
	return err
}

func (f folder) DeleteVault(ctx context.Context, name string) error {
	path, err := f.vault(name)
	if err != nil {
		return err
	}
	return dirvault.Delete(ctx, path, f.options)
}

func (f folder) DescribeVault(ctx context.Context, name string) (vault.Info, error) {
	path, err := f.vault(name)
	if err != nil {
		return vault.Info{}, err
	}
	return dirvault.Describe(ctx, path, f.options)
}

func (f folder) Vaults(ctx context.Context, from string) iter.Seq2[vault.Info, error] {
	return dirvault.List(ctx, f.path, from, f.options)
}
