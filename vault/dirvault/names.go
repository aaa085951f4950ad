package dirvault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"firn/vault"
)

// checkName holds a vault's name against the service's rule (Amazon Glacier
// developer guide, "Creating a vault"), which also makes it a safe file name.
func checkName(name string) error {
	if !validName(name) {
		return fmt.Errorf("%q is not a vault name, which has 1 to 255 of A-Z a-z 0-9 _ - and period: %w", name, vault.ErrInvalid)
	}
	return nil
}

func validName(name string) bool {
	if len(name) < 1 || len(name) > 255 || name == "." || name == ".." {
		return false
	}
	return strings.Trim(name, idAlphabet+".") == ""
}

// isVault reports whether name, in a directory of vaults, is one. A directory
// that may not be looked into belongs to somebody else.
func isVault(dir *os.Root, name string) (bool, error) {
	if !validName(name) {
		return false, nil
	}
	info, err := dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || !info.IsDir() {
		return false, err
	}
	there, err := isThere(dir, path.Join(name, stateFile))
	if errors.Is(err, fs.ErrPermission) {
		return false, nil
	}
	return there, err
}
