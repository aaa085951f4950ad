package vaulturl

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"

	"firn/vault"
	"firn/vault/dirvault"
)

// folder is a directory that holds directory vaults, among what else is in it.
// It opens each vault, or itself as a dirvault.Root, only for as long as an act
// takes: a Root asks that nobody else may write to the directory, which is a
// lot to ask of the directory above a vault that somebody wants to create.
type folder struct{ path string }

func openFolder(path, name string) *Place {
	f := folder{path}
	return &Place{
		Admin: f, Name: name,
		url:   func(name string) string { return fileURL(filepath.Join(path, name)) },
		close: func() error { return nil },
	}
}

// vaultName is the service's rule for names. A directory opened by its own path
// may be called anything, but a vault among vaults is listed, served and
// deleted by its name.
var vaultName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,255}$`)

// vault returns the path of the vault of that name.
func (f folder) vault(name string) (string, error) {
	if name == "." || name == ".." || !vaultName.MatchString(name) {
		return "", fmt.Errorf("vault name %.300q: %w: a name has 1 to 255 letters, digits, hyphens, underscores and dots", name, vault.ErrInvalid)
	}
	return filepath.Join(f.path, name), nil
}

// CreateVault creates the directory too, and those above it.
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
	err = dirvault.Create(path, dirvault.Options{})
	if errors.Is(err, vault.ErrExists) {
		v, openErr := dirvault.Open(path, dirvault.Options{})
		switch {
		case openErr == nil:
			return v.Close()
		case errors.Is(openErr, vault.ErrLocked):
			return nil // it is a vault: somebody works in it
		}
	}
	return err
}

func (f folder) DeleteVault(ctx context.Context, name string) error {
	if _, err := f.vault(name); err != nil {
		return err
	}
	return f.withRoot(func(root *dirvault.Root) error { return root.DeleteVault(ctx, name) })
}

func (f folder) DescribeVault(ctx context.Context, name string) (vault.Info, error) {
	path, err := f.vault(name)
	if err != nil {
		return vault.Info{}, err
	}
	v, err := dirvault.Open(path, dirvault.Options{})
	if err != nil {
		return vault.Info{}, err
	}
	info, err := v.Info(ctx)
	return info, errors.Join(err, v.Close())
}

func (f folder) Vaults(ctx context.Context, from string) iter.Seq2[vault.Info, error] {
	return func(yield func(vault.Info, error) bool) {
		stopped := false
		err := f.withRoot(func(root *dirvault.Root) error {
			for info, err := range root.Vaults(ctx, from) {
				if err != nil {
					return err
				}
				if stopped = !yield(info, nil); stopped {
					return nil
				}
			}
			return nil
		})
		if err != nil && !stopped {
			yield(vault.Info{}, err)
		}
	}
}

// withRoot opens the directory as a Root, which would create one that is not
// there.
func (f folder) withRoot(do func(*dirvault.Root) error) error {
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("directory %q: %w", f.path, vault.ErrNotFound)
	}
	root, err := dirvault.OpenRoot(f.path, dirvault.Options{})
	if err != nil {
		return err
	}
	return errors.Join(do(root), root.Close())
}
