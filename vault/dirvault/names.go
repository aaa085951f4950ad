package dirvault

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// checkName checks a vault's name by the service's rule (Amazon Glacier
// developer guide, "Creating a vault"), which also makes it a safe file name.
func checkName(name string) error {
	if !layout.IsVaultName(name) {
		return vault.Errorf(vault.ErrInvalid, "%q is not a vault name, which has 1 to 255 of A-Z a-z 0-9 _ - and period", name)
	}
	return nil
}

// isVault reports whether name, in a directory of vaults, is one. A directory
// that may not be read belongs to another user.
func isVault(dir *os.Root, name string) (bool, error) {
	if !layout.IsVaultName(name) {
		return false, nil
	}
	info, err := dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || !info.IsDir() {
		return false, err
	}
	there, err := durable.IsThere(dir, path.Join(name, layout.StateFile))
	if errors.Is(err, fs.ErrPermission) {
		return false, nil
	}
	return there, err
}
